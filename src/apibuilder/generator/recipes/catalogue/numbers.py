"""Recipes about numbers: units, statistics, notations and calculators."""

from __future__ import annotations

from pydantic import JsonValue

from apibuilder.generator.cases import StepRequest
from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import call, case, get, post, step


def _convert(value: JsonValue, source: JsonValue, target: JsonValue) -> StepRequest:
    return call("GET", "/convert", query={"value": value, "from": source, "to": target})


_UNITS = Recipe(
    name="units",
    title="Unit converter",
    intents=(
        *("unit converter", "unit convert", "unit conversion", "measurement convert"),
        *("metric imperial", "celsius fahrenheit", "temperature convert", "length convert"),
        *("weight convert", "kilometer mile", "km mile", "kilogram pound", "kg lb", "kg pound"),
        *("meter feet", "distance convert", "volume convert", "mass convert", "speed convert"),
        *("area convert", "inch cm", "inch centimeter", "liter gallon", "celsius kelvin"),
        *("mph kmh", "mph km", "data size convert", "byte megabyte", "convert measurement"),
        *("cup gram", "ounce gram", "cups ml", "cup milliliter", "pressure convert"),
        *("energy convert", "measure convert", "temperature conversion", "length conversion"),
        *("weight conversion", "mb gb", "gb tb", "bytes kilobytes", "pounds kilograms", "lbs kg"),
        *("miles kilometers", "feet meters", "feet cm", "gallons liters", "ounces grams"),
        *("fahrenheit celsius", "inches cm", "km miles", "kilobytes megabytes", "acres hectares"),
        *("hours minutes convert", "knots", "psi bar", "pint liter", "yards meters"),
        *("metric units", "units measure", "height convert"),
    ),
    words="""
        convert converts converter conversion unit units measurement measurements measure metric
        imperial us system length distance mass weight temperature volume speed area data storage
        size time duration energy pressure power celsius fahrenheit kelvin degree km kilometer
        kilometre kilometers kilometres mile miles meter metre meters metres cm centimeter
        centimetre mm millimeter inch inches foot feet yard kg kilogram kilograms gram grams g lb
        lbs pound pounds ounce ounces oz stone ton tonne liter litre liters litres ml milliliter
        gallon gallons pint quart cup cups tablespoon teaspoon hectare acre square cubic mph kmh
        kph knot knots byte bytes bit kilobyte megabyte gigabyte mb gb kb terabyte joule calorie
        pascal bar psi hour minute second day between common value amount kitchen cooking quantity
        like so on etc into given vice versa back american european
    """,
    tests=(
        case(
            "exact conversions",
            step(
                _convert(10, "km", "mi"),
                equals={
                    "value": 10.0,
                    "from": "km",
                    "to": "mi",
                    "quantity": "length",
                    "result": 6.21371192237334,
                },
            ),
            step(_convert(1, "inch", "cm"), has={"result": 2.54}),
            step(_convert(5, "kilograms", "pounds"), has={"result": 11.0231131092439}),
            step(_convert(100, "km/h", "mph"), has={"result": 62.1371192237334}),
            step(_convert(1, "acre", "m2"), has={"result": 4046.8564224}),
            step(_convert(1, "gallon", "litres"), has={"result": 3.785411784}),
            step(_convert(1, "GiB", "MB"), has={"result": 1073.741824}),
            step(_convert(90, "minutes", "hours"), has={"result": 1.5}),
        ),
        case(
            "temperatures",
            step(_convert(100, "C", "F"), has={"result": 212, "quantity": "temperature"}),
            step(_convert(-40, "fahrenheit", "celsius"), has={"result": -40}),
            step(_convert(0, "K", "C"), has={"result": -273.15}),
            step(_convert(-1, "K", "C"), 422, contains=["absolute zero"]),
        ),
        case(
            "refuse what cannot be converted",
            step(_convert(1, "km", "kg"), 422, contains=["length", "mass"]),
            step(_convert(1, "km", "parsec"), 422, contains=["`to`", "km, "]),
            step(_convert("ten", "km", "mi"), 422),
            step(get("/convert", value=1), 422),
            step(get("/units"), contains=["temperature", "km"]),
        ),
    ),
)

_STATISTICS = Recipe(
    name="number_statistics",
    title="Statistics calculator",
    intents=(
        *("statistics for a list of numbers", "statistic number", "statistic calculate"),
        *("mean median", "standard deviation", "average number", "average median", "percentile"),
        *("descriptive statistic", "statistic list", "median calculate", "variance"),
        *("correlation", "linear regression", "stdev", "average list", "average calculate"),
        *("quartile", "mean list", "mean calculate", "statistic dataset", "statistic array"),
        *("summary statistic", "statistical", "statistic", "mean mode", "average numbers"),
        *("average values", "median mode", "mean variance", "min max average", "numbers average"),
        *("sum average", "moving numbers statistics", "histogram numbers", "data statistics"),
        *("sample statistics", "median number", "mean number", "mode number"),
    ),
    words="""
        calculate calculator statistic statistics statistical number numbers list array dataset
        data set mean median mode average standard deviation stdev std dev variance percentile
        percentiles quartile quartiles range min minimum max maximum sum count describe description
        descriptive summary correlation regression linear population sample values basic measure
        series numeric distribution spread calculates gives give accepts back figures scores grades
        arithmetic outlier quantile quantiles quantities
    """,
    tests=(
        case(
            "describe a list",
            step(
                post("/describe", {"numbers": [2, 4, 4, 4, 5, 5, 7, 9]}),
                equals={
                    "count": 8,
                    "sum": 40.0,
                    "mean": 5.0,
                    "median": 4.5,
                    "modes": [4.0],
                    "min": 2.0,
                    "max": 9.0,
                    "range": 7.0,
                    "variance": 4.571428571428571,
                    "stdev": 2.138089935299395,
                    "population_variance": 4.0,
                    "population_stdev": 2.0,
                    "q1": 4.0,
                    "q3": 5.5,
                },
            ),
            step(
                post("/describe", {"numbers": [3]}),
                has={"mean": 3, "median": 3, "modes": [3], "stdev": None, "population_stdev": 0},
            ),
            step(post("/describe", {"numbers": [1, 2, 3]}), has={"modes": [], "stdev": 1}),
            step(post("/describe", {"numbers": [0.1, 0.1, 0.1]}), has={"sum": 0.3, "mean": 0.1}),
        ),
        case(
            "percentiles and correlation",
            step(
                post("/percentiles", {"numbers": [15, 20, 35, 40, 50], "percents": [0, 40, 100]}),
                equals=[
                    {"percent": 0.0, "value": 15.0},
                    {"percent": 40.0, "value": 29.0},
                    {"percent": 100.0, "value": 50.0},
                ],
            ),
            step(
                post("/correlation", {"x": [1, 2, 3, 4], "y": [2, 4, 6, 9]}),
                has={"slope": 2.3, "intercept": -0.5, "correlation": 0.9943767126843689},
            ),
            step(
                post("/correlation", {"x": [1, 1], "y": [1, 2]}),
                equals={"correlation": None, "slope": None, "intercept": None},
            ),
        ),
        case(
            "refuse what is no list of numbers",
            step(post("/describe", {"numbers": []}), 422, contains=["at least 1"]),
            step(post("/describe", {"numbers": [1, "two"]}), 422),
            step(post("/describe", {"numbers": [1e300]}), 422),
            step(post("/percentiles", {"numbers": [1], "percents": [101]}), 422),
            step(post("/correlation", {"x": [1, 2], "y": [1, 2, 3]}), 422, contains=["equally"]),
        ),
    ),
)

_GEOMETRY = Recipe(
    name="geometry",
    title="Geometry calculator",
    intents=(
        *("geometry calculator", "geometry", "area shape", "area circle", "area rectangle"),
        *("area triangle", "volume cube", "volume shape", "volume sphere", "volume cylinder"),
        *("shape calculate", "area perimeter", "geometric", "area square", "volume cone"),
        *("circle circumference", "surface area", "perimeter", "area volume", "area calculate"),
        *("volume calculate", "triangle area", "hypotenuse", "radius area", "area of shapes"),
        *("circle area", "volume box", "shape area", "shapes volume", "shapes area"),
        *("circle radius", "volume calculator", "area calculator", "polygon"),
    ),
    words="""
        calculate calculator geometry geometric geometrical area areas perimeter circumference
        volume volumes surface shape shapes figure figures circle circles rectangle rectangles
        square squares triangle triangles trapezoid polygon hexagon sphere cube box cuboid cylinder
        cone pyramid prism radius diameter width height length side sides 2d 3d common formula
        formulas solid solids plane dimension dimensions base hypotenuse for different right
        rhombus ellipse
    """,
    tests=(
        case(
            "in the plane",
            step(
                get("/circle", radius=3),
                has={"area": 28.274333882308138, "perimeter": 18.84955592153876},
            ),
            step(get("/square", side=4), equals={"area": 16.0, "perimeter": 16.0}),
            step(get("/rectangle", width=3, height=4), has={"area": 12, "perimeter": 14}),
            step(get("/triangle", a=3, b=4, c=5), has={"area": 6, "perimeter": 12}),
            step(get("/trapezoid", a=6, b=12, height=4), has={"area": 36, "perimeter": 28}),
            step(
                get("/polygon", sides=6, length=2),
                has={"area": 10.392304845413264, "perimeter": 12},
            ),
        ),
        case(
            "in space",
            step(
                get("/sphere", radius=3),
                has={"volume": 113.09733552923254, "surface_area": 113.09733552923254},
            ),
            step(get("/cube", side=2), equals={"volume": 8.0, "surface_area": 24.0}),
            step(get("/box", length=2, width=3, height=4), has={"volume": 24, "surface_area": 52}),
            step(
                get("/cylinder", radius=1, height=2),
                has={"volume": 6.283185307179586, "surface_area": 18.84955592153876},
            ),
            step(
                get("/cone", radius=3, height=4),
                has={"volume": 37.69911184307752, "surface_area": 75.39822368615503},
            ),
            step(get("/pyramid", side=6, height=4), has={"volume": 48, "surface_area": 96}),
        ),
        case(
            "refuse what is no shape",
            step(get("/triangle", a=1, b=2, c=3), 422, contains=["shorter"]),
            step(get("/circle", radius=0), 422, contains=["greater than 0"]),
            step(get("/circle"), 422, contains=["radius"]),
            step(get("/polygon", sides=2, length=1), 422),
            step(get("/box", length=1, width="wide", height=1), 422),
        ),
    ),
)

NUMBERS: tuple[Recipe, ...] = (_UNITS, _STATISTICS, _GEOMETRY)
