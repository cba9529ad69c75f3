"""Recipes about the body: BMI and calories."""

from __future__ import annotations

from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import case, get, step

_BMI = Recipe(
    name="bmi",
    title="BMI calculator",
    intents=(
        *("BMI calculator", "bmi", "body mass index", "body mass", "healthy weight height"),
        *("ideal weight height", "weight healthy height", "weight height healthy"),
        *("overweight height", "overweight weight"),
    ),
    words="""
        calculate calculator bmi body mass index weight height kg kilogram cm meter metre metric
        imperial pound feet inches category categories classify classification class healthy normal
        underweight overweight obese obesity range ideal health fitness adult tell interpret
        interpretation unit units status my is check am i if whether for
    """,
    tests=(
        case(
            "metric",
            step(
                get("/bmi", weight_kg=70, height_cm=175),
                equals={
                    "bmi": 22.9,
                    "category": "normal weight",
                    "healthy_min": 56.7,
                    "healthy_max": 76.3,
                },
            ),
            step(get("/bmi", weight_kg=45, height_cm=170), has={"category": "severe underweight"}),
            step(get("/bmi", weight_kg=72.25, height_cm=170), has={"category": "overweight"}),
            step(get("/bmi", weight_kg=130, height_cm=180), has={"category": "obesity class III"}),
        ),
        case(
            "imperial",
            step(
                get("/bmi/imperial", weight_lb=154, feet=5, inches=9),
                has={"bmi": 22.7, "category": "normal weight", "healthy_min": 125.3},
            ),
            step(get("/bmi/imperial", weight_lb=154, inches=69), has={"bmi": 22.7}),
            step(get("/bmi/imperial", weight_lb=154), 422, contains=["20 inches"]),
            step(get("/categories"), has={"normal weight": 25, "obesity class III": None}),
        ),
        case(
            "refuse what is no body",
            step(get("/bmi", weight_kg=70), 422, contains=["height_cm"]),
            step(get("/bmi", weight_kg=70, height_cm=1.75), 422, contains=["50"]),
            step(get("/bmi", weight_kg=0, height_cm=175), 422),
            step(get("/bmi", weight_kg="heavy", height_cm=175), 422),
        ),
    ),
)

_CALORIES = Recipe(
    name="calories",
    title="Calorie calculator",
    intents=(
        *("calorie calculator", "calorie calculate", "bmr", "tdee", "basal metabolic"),
        *("daily calorie", "calorie need", "macro calculate", "calorie weight height"),
        *("calorie intake", "energy expenditure", "calorie requirement", "macronutrient"),
        *("calories per day", "calories daily", "how many calories", "calorie need age weight"),
        *("basal metabolism", "calories lose weight", "calories burn day", "macros"),
        *("maintenance calorie", "calorie deficit", "calorie surplus"),
    ),
    words="""
        calculate calculator calorie calories daily per day need needs intake requirement
        requirements estimate bmr tdee basal metabolic rate total energy expenditure macro macros
        macronutrient macronutrients protein fat carbohydrate carbs weight height age sex gender
        male female activity level goal lose gain maintain loss person burn burned consume eat
        mifflin harris benedict recommend recommended diet fitness nutrition health target based
        how many should depending body lifestyle deficit surplus st jeor
    """,
    tests=(
        case(
            "needs",
            step(
                get("/bmr", sex="male", age=30, weight_kg=80, height_cm=180), equals={"bmr": 1780}
            ),
            step(get("/bmr", sex="female", age=25, weight_kg=60, height_cm=165), has={"bmr": 1345}),
            step(
                get("/calories", sex="male", age=30, weight_kg=80, height_cm=180),
                equals={"bmr": 1780, "maintenance": 2759, "target": 2759},
            ),
            step(
                get(
                    "/calories",
                    sex="female",
                    age=25,
                    weight_kg=60,
                    height_cm=165,
                    activity="sedentary",
                    goal="lose",
                ),
                has={"maintenance": 1614, "target": 1200},
            ),
        ),
        case(
            "macros",
            step(
                get("/macros", calories=2000),
                equals={"protein_g": 150, "fat_g": 67, "carbohydrates_g": 200},
            ),
            step(
                get("/macros", calories=2000, protein=50),
                422,
                contains=["add up to 100"],
            ),
        ),
        case(
            "refuse what is no person",
            step(get("/bmr", sex="male", age=30, weight_kg=80), 422, contains=["height_cm"]),
            step(
                get("/bmr", sex="other", age=30, weight_kg=80, height_cm=180),
                422,
                contains=["male"],
            ),
            step(get("/bmr", sex="male", age=5, weight_kg=80, height_cm=180), 422),
            step(
                get("/calories", sex="male", age=30, weight_kg=80, height_cm=180, goal="fly"),
                422,
                contains=["maintain"],
            ),
        ),
    ),
)

HEALTH: tuple[Recipe, ...] = (_BMI, _CALORIES)
