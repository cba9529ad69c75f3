"""Estimates how many calories a person needs a day, with protein, fat and carbohydrates.

The basal metabolic rate is by Mifflin and St Jeor: 10 x kg + 6.25 x cm - 5 x years, and 5 for men
or -161 for women. Estimates for adults; no medical advice.
"""

from typing import Annotated, Literal, Self

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, model_validator

FACTORS = {"sedentary": 1.2, "light": 1.375, "moderate": 1.55, "active": 1.725, "extreme": 1.9}
GOALS = {"lose": -500, "maintain": 0, "gain": 500}
LEAST = 1200  # kilocalories a day; a plan below it needs a doctor

Share = Annotated[int, Field(ge=0, le=100)]


class Person(BaseModel):
    """Who it is for."""

    sex: Literal["male", "female"] = Field(description="The formula knows these two.")
    age: int = Field(ge=15, le=120, description="In years.", examples=[30])
    weight_kg: float = Field(ge=20, le=400, description="In kilograms.", examples=[80])
    height_cm: float = Field(ge=100, le=250, description="In centimetres.", examples=[180])


class ActivePerson(Person):
    """Who it is for, and what they do."""

    activity: Literal["sedentary", "light", "moderate", "active", "extreme"] = Field(
        "moderate",
        description="From an office chair to training twice a day.",
    )
    goal: Literal["lose", "maintain", "gain"] = Field(
        "maintain", description="About half a kilogram a week less or more, or the same weight."
    )


class Basal(BaseModel):
    """What a body uses at rest."""

    bmr: int = Field(description="Kilocalories a day.")


class Need(BaseModel):
    """What a person needs."""

    bmr: int = Field(description="Kilocalories a day at rest.")
    maintenance: int = Field(description="Kilocalories a day that keep the weight.")
    target: int = Field(description="Kilocalories a day for the goal, never below 1200.")


class Split(BaseModel):
    """How calories are divided, in percent; together 100."""

    calories: int = Field(ge=500, le=10_000, description="Kilocalories a day.", examples=[2000])
    protein: Share = Field(30, description="Percent of the calories.")
    fat: Share = Field(30, description="Percent of the calories.")
    carbohydrates: Share = Field(40, description="Percent of the calories.")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.protein + self.fat + self.carbohydrates != 100:
            raise ValueError("protein, fat and carbohydrates must add up to 100 percent")
        return self


class Macros(BaseModel):
    """Grams a day."""

    protein_g: int
    fat_g: int
    carbohydrates_g: int


app = FastAPI(
    title="Calorie calculator",
    description="Estimates how many calories a person needs a day.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/bmr", summary="Basal metabolic rate")
def basal_metabolic_rate(person: Annotated[Person, Query()]) -> Basal:
    """What the body uses at rest."""
    return Basal(bmr=round(_bmr(person)))


@app.get("/calories", summary="Calories a day for a goal")
def calories_for_goal(person: Annotated[ActivePerson, Query()]) -> Need:
    """The basal rate, times a factor for activity, and 500 less or more for the goal."""
    maintenance = round(_bmr(person) * FACTORS[person.activity])
    target = max(maintenance + GOALS[person.goal], LEAST)
    return Need(bmr=round(_bmr(person)), maintenance=maintenance, target=target)


@app.get("/macros", summary="Protein, fat and carbohydrates")
def macros(split: Annotated[Split, Query()]) -> Macros:
    """A gram of protein or carbohydrates has 4 kilocalories, a gram of fat 9."""
    return Macros(
        protein_g=round(split.calories * split.protein / 400),
        fat_g=round(split.calories * split.fat / 900),
        carbohydrates_g=round(split.calories * split.carbohydrates / 400),
    )


def _bmr(person: Person) -> float:
    constant = 5 if person.sex == "male" else -161
    return 10 * person.weight_kg + 6.25 * person.height_cm - 5 * person.age + constant
