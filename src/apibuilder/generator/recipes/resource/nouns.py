"""Things that people keep: their plural, and what is usually kept about them."""

from __future__ import annotations

import re

from apibuilder.generator.recipes.words import word_set

_IRREGULAR = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "mouse": "mice",
    "foot": "feet",
    "movie": "movies",
    "cookie": "cookies",
    "pie": "pies",
    "tie": "ties",
    "leaf": "leaves",
    "knife": "knives",
    "shelf": "shelves",
    "criterion": "criteria",
    "quiz": "quizzes",
    "bus": "buses",
    "gas": "gases",
    "lens": "lenses",
    "status": "statuses",
    "campus": "campuses",
    "virus": "viruses",
    "bonus": "bonuses",
}
_SINGULAR = {plural: singular for singular, plural in _IRREGULAR.items()}
_SAME = word_set("sheep fish series species equipment news music furniture software")
_O_ES = word_set("tomato potato hero echo veto")

# Asked for without fields, these get what nearly everybody means.
USUAL_FIELDS = {
    "todo": "title, notes, due date, done",
    "task": "title, description, due date, done",
    "book": "title, author, year, rating",
    "movie": "title, director, year, rating",
    "film": "title, director, year, rating",
    "song": "title, artist, album, year",
    "album": "title, artist, year, rating",
    "game": "title, platform, rating, finished",
    "contact": "name, email, phone, notes",
    "customer": "name, email, phone, address",
    "client": "name, email, phone, notes",
    "person": "name, email, birthday, notes",
    "employee": "name, email, position, salary",
    "student": "name, email, grade, notes",
    "note": "title, text, tags",
    "post": "title, body, tags, published",
    "article": "title, body, tags, published",
    "product": "name, description, price, stock",
    "item": "name, quantity, price, notes",
    "expense": "description, amount, date, category",
    "income": "description, amount, date, category",
    "event": "title, date, location, description",
    "appointment": "title, date, start time, notes",
    "recipe": "title, ingredients, instructions, servings",
    "bookmark": "title, url, tags, notes",
    "habit": "name, notes, active",
    "workout": "name, date, minutes, notes",
    "exercise": "name, date, sets, reps",
    "pet": "name, species, birthday, notes",
    "plant": "name, species, location, notes",
    "car": "name, brand, year, notes",
    "restaurant": "name, address, rating, notes",
    "grocery": "name, quantity, bought",
    "wish": "name, url, price, bought",
    "idea": "title, description, tags",
    "goal": "title, description, deadline, done",
    "project": "name, description, deadline, done",
    "place": "name, address, rating, notes",
    "joke": "text, category",
    "quote": "text, author, tags",
    "entry": "date, text, mood, tags",
    "trip": "title, start date, end date, notes",
    "issue": "title, description, status (open, closed), priority",
    "ticket": "title, description, status (open, closed), priority",
    "bug": "title, description, status (open, closed), priority",
}
# What people call a collection, in words that name its things.
SPOKEN = {
    r"blog(?! ?posts?| ?entr| ?articles?)": "list of posts",
    r"shopping list": "list of shopping items",
    r"grocery list": "list of groceries",
    r"(?:book )?reading list": "list of books",
    r"(?:movie |film )?watch ?list": "list of movies",
    r"wish ?list": "list of wishes",
    r"bucket list": "list of goals",
    r"packing list": "list of items",
    r"guest list": "list of guests",
    r"(?:address|phone) ?book": "list of contacts",
    r"(?:recipe book|cookbook)": "list of recipes",
    r"(?:diary|journal)": "list of entries",
    r"(?:\w+ )?(?:shop|store|warehouse|office|kitchen|home|household|pantry) inventory": (
        "list of items"
    ),
    r"inventory (?=for|in|at)": "list of items ",
    r"(?:library|set|bunch|pile|portfolio|archive|fleet) of": "list of",
}
# The name of one of these, kept even if only other fields are asked for.
NATURAL_NAME = {
    noun: ("title" if usual.startswith("title") else "name")
    for noun, usual in USUAL_FIELDS.items()
    if usual.startswith(("title", "name"))
}
OTHER_FIELDS = "name, notes"


def singular(word: str) -> str:
    """`book` of `books`, and of `book`."""
    if word in _SINGULAR:
        return _SINGULAR[word]
    if word in _SAME or word in _IRREGULAR or not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if re.search(r"(ss|sh|ch|x|zz)es$", word) or word.removesuffix("es") in _O_ES:
        return word[:-2]
    return word if word.endswith(("ss", "us", "is")) else word[:-1]


def plural(word: str) -> str:
    """`books` of `book`."""
    if word in _SAME:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if re.search(r"[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    if word.endswith(("s", "sh", "ch", "x", "z")) or word in _O_ES:
        return f"{word}es"
    return f"{word}s"
