"""Converts between units of length, mass, temperature, volume, speed, area, data, time and more.

Factors are exact where the unit is defined exactly, as the inch and the pound are. Results have up
to 15 digits. Units go by symbol or by name: `km`, `kilometre`, `kilometers`.
"""

from decimal import Context, Decimal
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

# How many of the first unit of its quantity one of a unit is.
FACTORS = {
    "length": """m 1 km 1000 dm 0.1 cm 0.01 mm 0.001 um 1e-6 nm 1e-9 mi 1609.344 yd 0.9144
        ft 0.3048 in 0.0254 nmi 1852""",
    "mass": """kg 1 g 0.001 mg 1e-6 ug 1e-9 t 1000 lb 0.45359237 oz 0.028349523125
        st 6.35029318 ton 907.18474""",
    "volume": """l 1 ml 0.001 cl 0.01 dl 0.1 m3 1000 cm3 0.001 gal 3.785411784 qt 0.946352946
        pt 0.473176473 cup 0.2365882365 floz 0.0295735295625 tbsp 0.01478676478125
        tsp 0.00492892159375 ukgal 4.54609 ukpt 0.56826125 ft3 28.316846592 in3 0.016387064""",
    "area": """m2 1 km2 1000000 cm2 0.0001 mm2 1e-6 ha 10000 acre 4046.8564224 ft2 0.09290304
        in2 0.00064516 yd2 0.83612736 mi2 2589988.110336""",
    "speed": """m/s 1 km/h 0.2777777777777777777777777778 mph 0.44704 ft/s 0.3048
        kn 0.5144444444444444444444444444""",
    "data": """B 1 bit 0.125 kB 1e3 MB 1e6 GB 1e9 TB 1e12 PB 1e15 KiB 1024 MiB 1048576
        GiB 1073741824 TiB 1099511627776 PiB 1125899906842624
        kbit 125 Mbit 125000 Gbit 125000000""",
    "time": "s 1 ms 0.001 us 1e-6 min 60 h 3600 d 86400 week 604800",
    "energy": "J 1 kJ 1000 cal 4.184 kcal 4184 Wh 3600 kWh 3600000 BTU 1055.05585262",
    "pressure": "Pa 1 kPa 1000 hPa 100 bar 100000 psi 6894.757293168 atm 101325 mmHg 133.322387415",
    "power": "W 1 kW 1000 MW 1000000 hp 745.6998715822702",
}
# One degree in kelvins, and zero degrees in degrees of that scale above absolute zero.
SCALES = {"K": ("1", "0"), "C": ("1", "273.15"), "F": ("0.5555555555555555555555555556", "459.67")}
NAMES = {
    "metre": "m", "kilometre": "km", "decimetre": "dm", "centimetre": "cm", "millimetre": "mm",
    "micrometre": "um", "micron": "um", "nanometre": "nm", "mile": "mi", "yard": "yd",
    "foot": "ft", "feet": "ft", "inch": "in", "inche": "in", "nauticalmile": "nmi",
    "kilogram": "kg", "kilo": "kg", "gram": "g", "milligram": "mg", "microgram": "ug",
    "tonne": "t", "pound": "lb", "ounce": "oz", "stone": "st", "litre": "l", "millilitre": "ml",
    "centilitre": "cl", "decilitre": "dl", "cubicmetre": "m3", "gallon": "gal", "quart": "qt",
    "pint": "pt", "fluidounce": "floz", "tablespoon": "tbsp", "teaspoon": "tsp",
    "squaremetre": "m2", "squarekilometre": "km2", "hectare": "ha", "squarefoot": "ft2",
    "squarefeet": "ft2", "squareinch": "in2", "squareyard": "yd2", "squaremile": "mi2",
    "kph": "km/h", "kmh": "km/h", "kmph": "km/h", "mps": "m/s", "knot": "kn", "byte": "B",
    "kilobyte": "kB", "megabyte": "MB", "gigabyte": "GB", "terabyte": "TB", "petabyte": "PB",
    "kibibyte": "KiB", "mebibyte": "MiB", "gibibyte": "GiB", "tebibyte": "TiB",
    "kilobit": "kbit", "megabit": "Mbit", "gigabit": "Gbit", "second": "s", "sec": "s",
    "millisecond": "ms", "microsecond": "us", "minute": "min", "hour": "h", "hr": "h",
    "day": "d", "joule": "J", "calorie": "cal", "kilocalorie": "kcal", "watthour": "Wh",
    "kilowatthour": "kWh", "pascal": "Pa", "atmosphere": "atm", "watt": "W", "kilowatt": "kW",
    "megawatt": "MW", "horsepower": "hp", "kelvin": "K", "celsius": "C", "centigrade": "C",
    "fahrenheit": "F", "degc": "C", "degf": "F", "\u00b0c": "C", "\u00b0f": "F",
}  # fmt: skip
DIGITS = Context(prec=15)


def _table(text: str) -> dict[str, Decimal]:
    symbols = text.split()
    return {unit: Decimal(f) for unit, f in zip(symbols[::2], symbols[1::2], strict=True)}


QUANTITIES = {quantity: _table(text) for quantity, text in FACTORS.items()}
KIND = {unit: kind for kind, table in QUANTITIES.items() for unit in table} | dict.fromkeys(
    SCALES, "temperature"
)
# Where only the case differs, as between Mbit and mbit, the exact symbol wins.
SPOKEN = {unit.lower(): unit for unit in reversed(KIND)} | NAMES

Unit = Annotated[str, Field(min_length=1, max_length=40)]


class Conversion(BaseModel):
    """A value in another unit."""

    value: float
    source: str = Field(serialization_alias="from", examples=["km"])
    target: str = Field(serialization_alias="to", examples=["mi"])
    quantity: str = Field(examples=["length"])
    result: float


app = FastAPI(
    title="Unit converter",
    description="Converts between units of length, mass, temperature, volume, speed and more.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/convert", summary="Convert a value to another unit")
def convert(
    value: Annotated[
        Decimal,
        Query(ge=-(10**15), le=10**15, max_digits=40, examples=[10], description="A number."),
    ],
    source: Annotated[Unit, Query(alias="from", description="Its unit.", examples=["km"])],
    target: Annotated[Unit, Query(alias="to", description="The unit wanted.", examples=["mi"])],
) -> Conversion:
    """Both units must measure the same quantity; `/units` lists them."""
    old, new = _unit(source, "from"), _unit(target, "to")
    if KIND[old] != KIND[new]:
        raise HTTPException(422, f"{old} measures {KIND[old]}, but {new} measures {KIND[new]}.")
    return Conversion(
        value=float(value),
        source=old,
        target=new,
        quantity=KIND[old],
        result=float(_converted(value, old, new)),
    )


@app.get("/units", summary="List the units")
def list_units() -> dict[str, list[str]]:
    """Symbols of all units, by the quantity that they measure."""
    return {
        kind: [unit for unit in KIND if KIND[unit] == kind] for kind in sorted(set(KIND.values()))
    }


def _converted(value: Decimal, old: str, new: str) -> Decimal:
    if KIND[old] != "temperature":
        factors = QUANTITIES[KIND[old]]
        return DIGITS.plus(value * factors[old] / factors[new])
    (size, zero), (new_size, new_zero) = (map(Decimal, SCALES[unit]) for unit in (old, new))
    kelvins = (value + zero) * size
    if kelvins < 0:
        raise HTTPException(422, "That is below absolute zero, 0 K.")
    return DIGITS.plus(round(kelvins / new_size - new_zero, 12))


def _unit(text: str, parameter: str) -> str:
    """The symbol of a unit that goes by symbol or name."""
    name = text.strip()
    if name in KIND:
        return name
    plain = name.lower().replace(" ", "").replace("_", "").replace("meter", "metre")
    plain = plain.replace("liter", "litre")
    for form in (plain, plain.removesuffix("s")):
        if form in SPOKEN:
            return SPOKEN[form]
    raise HTTPException(422, f"`{parameter}` is no known unit. Known are: {', '.join(KIND)}.")
