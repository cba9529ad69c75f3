"""Fake data: made-up people, companies and numbers for tests and demos.

Run it with `uvicorn main:app`. It keeps nothing; the same seed always gives the same data. The
addresses are of example.org and its like, which belong to nobody.
"""

import datetime as dt
import random
import uuid
from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel

MOST = 1000
FIRST = """
Ada Alan Alma Amir Anna Ben Carla Chen Clara Dana David Elena Emil Farah Felix Grace Hana Hugo
Ines Ivan Jana John Kai Lena Leo Lin Lucia Mara Marco Mia Nadia Noah Nora Omar Oscar Paula Petra
Ravi Rosa Sam Sara Tara Theo Tom Uma Vera Viktor Yara Yuki Zoe
"""
LAST = """
Adams Baker Berg Brown Carter Chen Costa Diaz Evans Fischer Garcia Hall Haddad Ito Jansen Jones
Khan Kim King Klein Kovacs Lee Lopez Martin Meyer Moreau Nguyen Novak Olsen Patel Perez Quinn
Rossi Sato Schmidt Silva Singh Smith Suzuki Taylor Turner Usman Vega Walker Weber White Wong Young
"""
CITIES = """
Springfield Riverton Lakeside Hillview Greenfield Fairview Oakwood Milltown Kingsport Westbrook
Northgate Southport Eastvale Brookside Maplewood Cedarville Stonebridge Harborview
"""
STREETS = "Main Oak Park Mill Church Lake Hill River School Garden Station Market North Bridge"
NOUNS = "Logic Works Systems Foods Labs Partners Media Energy Design Motors Textiles Analytics"
JOBS = (
    "engineer teacher nurse designer cook carpenter analyst editor driver architect florist baker"
)
WORDS = """
time year people way day thing world life hand part child eye place work week case point company
number group problem fact small large early young important public good new old right big high
"""
FIRST_NAMES, LAST_NAMES, CITY_NAMES = FIRST.split(), LAST.split(), CITIES.split()
DOMAINS = ("example.com", "example.org", "example.net")

# --- what goes in and out -----------------------------------------------------

Count = Annotated[int, Query(ge=1, le=MOST, description="How many.")]
Seed = Annotated[
    int | None,
    Query(ge=0, le=2**53, description="The same number gives the same data; left out, chance."),
]


class Person(BaseModel):
    """Somebody who does not exist."""

    id: str
    first_name: str
    last_name: str
    email: str
    username: str
    phone: str
    birth_date: dt.date
    job: str
    company: str
    street: str
    city: str
    postcode: str


class Company(BaseModel):
    """A firm that does not exist."""

    name: str
    email: str
    website: str
    city: str
    employees: int
    founded: int


class Product(BaseModel):
    """Something that nobody sells."""

    sku: str
    name: str
    price: float
    stock: int
    rating: float


class Texts(BaseModel):
    """Sentences without sense."""

    sentences: list[str]


# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="Fake data",
    description="Made-up people, companies, products and texts for tests and demos.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/people", summary="Made-up people")
def people(count: Count = 10, seed: Seed = None) -> list[Person]:
    """With names, addresses and birthdays; the e-mail goes with the name."""
    chance = chance_of(seed)
    return [person(chance) for _ in range(count)]


@app.get("/companies", summary="Made-up companies")
def companies(count: Count = 10, seed: Seed = None) -> list[Company]:
    """With addresses of the web that belong to nobody."""
    chance = chance_of(seed)
    return [company(chance) for _ in range(count)]


@app.get("/products", summary="Made-up products")
def products(count: Count = 10, seed: Seed = None) -> list[Product]:
    """With prices and ratings."""
    chance = chance_of(seed)
    return [product(chance) for _ in range(count)]


@app.get("/sentences", summary="Made-up sentences")
def sentences(count: Count = 10, seed: Seed = None) -> Texts:
    """For places where a text will be."""
    chance = chance_of(seed)
    return Texts(sentences=[sentence(chance) for _ in range(count)])


# --- making things up ------------------------------------------------------------------


def chance_of(seed: int | None) -> random.Random:
    """Not for secrets: it can be foretold."""
    return random.Random(seed)  # noqa: S311 (made-up data need no safe chance)


def person(chance: random.Random) -> Person:
    """Somebody of 18 to 80 years in 2030."""
    first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
    name = f"{first}.{last}".lower()
    born = dt.date(1950, 1, 1) + dt.timedelta(days=chance.randrange(62 * 365))
    return Person(
        id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        first_name=first,
        last_name=last,
        email=f"{name}{chance.randrange(1000)}@{chance.choice(DOMAINS)}",
        username=f"{first.lower()}{chance.randrange(10_000)}",
        phone=f"+1-555-01{chance.randrange(100):02}",  # these are set aside for fiction
        birth_date=born,
        job=chance.choice(JOBS.split()),
        company=company(chance).name,
        street=f"{chance.randrange(1, 300)} {chance.choice(STREETS.split())} Street",
        city=chance.choice(CITY_NAMES),
        postcode=f"{chance.randrange(100_000):05}",
    )


def company(chance: random.Random) -> Company:
    """Named after its founder."""
    last, noun = chance.choice(LAST_NAMES), chance.choice(NOUNS.split())
    domain = f"{last}-{noun}.example".lower()
    return Company(
        name=f"{last} {noun}",
        email=f"info@{domain}",
        website=f"https://www.{domain}/",
        city=chance.choice(CITY_NAMES),
        employees=int(10 ** chance.uniform(0, 4)),
        founded=chance.randrange(1900, 2025),
    )


def product(chance: random.Random) -> Product:
    """Anything with a price."""
    adjective, noun = chance.sample(WORDS.split(), 2)
    return Product(
        sku=f"{chance.choice('ABCDEFGH')}{chance.randrange(10**6):06}",
        name=f"{adjective} {noun}".title(),
        price=round(10 ** chance.uniform(0, 3), 2),
        stock=chance.randrange(500),
        rating=round(chance.uniform(1, 5), 1),
    )


def sentence(chance: random.Random) -> str:
    """Six to twelve words."""
    text = " ".join(chance.choices(WORDS.split(), k=chance.randrange(6, 13)))
    return f"{text.capitalize()}."
