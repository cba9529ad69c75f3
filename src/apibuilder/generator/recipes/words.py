"""Words of a prompt: normalised, cut, stemmed; and those that ask for more than recipes can do."""

from __future__ import annotations

import re

_ALIKE = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-"})
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
# One spelling of what is often spelt in many.
_SPELLINGS = tuple(
    (re.compile(rf"\b{spelt}\b"), spelling)
    for spelt, spelling in (
        (r"to[- ]dos?", "todo"),
        (r"e-?mails?", "email"),
        (r"real[- ]time", "realtime"),
        (r"time[- ]zones?", "timezone"),
        (r"time[- ]stamps?", "timestamp"),
        (r"(base|rot|md|sha|utf)[- ](\d+)", r"\1\2"),
        (r"count[- ]down", "countdown"),
        (r"pass[- ]words?", "password"),
    )
)
_SUFFIXES = (
    *("ations", "ation", "ators", "ator", "ating", "ated", "ates", "ate"),
    *("izers", "izer", "ings", "ing", "ions", "ion", "ers", "er", "ors", "or", "ed", "es", "e"),
)
_ENDINGS = (
    *(("ies", "y"), ("ie", "y"), ("xes", "x"), ("shes", "sh")),
    *(("tres", "ter"), ("tre", "ter")),
)
_SHORTEST_STEM = 4
_DOUBLED = frozenset("bdgmnprt")  # of `splitting` and `planner`, but not of `rolling`


def normalise(prompt: str) -> str:
    """Lower case, plain quotes, single spaces, and one spelling of what is often spelt in many."""
    text = " ".join(prompt.translate(_ALIKE).lower().split())
    for spelt, spelling in _SPELLINGS:
        text = spelt.sub(spelling, text)
    return text


def words(text: str) -> list[str]:
    """The words of a normalised text."""
    return _WORD.findall(text)


def stem(word: str) -> str:
    """A root that the forms of an English word share; not a word itself."""
    word = _singular(word.removesuffix("'s"))
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM:
            root = word.removesuffix(suffix)
            return root[:-1] if root[-1] == root[-2] and root[-1] in _DOUBLED else root
    return word


def _singular(word: str) -> str:
    """Roughly: `calory` of `calorie` and `calories`, `tax` of `taxes`, `meter` of `metres`."""
    for ending, other in _ENDINGS:
        if word.endswith(ending) and len(word) > _SHORTEST_STEM:
            return word.removesuffix(ending) + other
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def stems(text: str) -> set[str]:
    """The roots of a text's words."""
    return {stem(word) for word in words(normalise(text))}


def word_set(text: str) -> frozenset[str]:
    """Words separated by spaces, for tables that are easier to read that way."""
    return frozenset(text.split())


# Say nothing about what an API does.
FILLER = word_set(
    """
    a an the my our your their his her its this that these those which who whom whose what
    where when i i'd i'm we us me you it they them he she one ones each every any all some
    something someone want wants need needs would like likes to please create creates
    creating build builds building make makes making give gives get gets write writes
    develop set up let lets can could should shall will must may might do does be is are am
    was has have having with without within into using use used uses via by from for of on
    in at as and or also plus than then so just only too simple small basic little tiny easy
    nice good great clean quick fast free full complete modern lightweight minimal cool
    awesome handy useful personal new own api apis rest restful crud json http https web
    website's online service services server backend app apps application applications
    endpoint endpoints microservice program software tool tools system fastapi python
    database db sqlite thing things way feature features support supports supporting
    supported allow allows allowing able ability return returns returning provide provides
    providing offer offers there here out about over if whether public fields
    field properties property attributes attribute columns column information info data etc
    based type
    """
)

# Ask for the outside world, for time passing, for accounts or for intelligence.
BEYOND = frozenset(
    stem(word)
    for word in word_set(
        """
        predict predicts predicting prediction predictions forecast forecasts forecasting lstm
        neural ai ml gpt llm chatbot chat intelligence intelligent classifier classify
        classification sentiment detect detects detection recognise recognize recognition
        recommend recommends recommendation recommendations suggestion suggests summarise
        summarize summarizes translate translates translation translator transcribe ocr
        plagiarism send sends sending sender newsletter newsletters sms notify notifies
        notification notifications remind reminds alert alerts broadcast scrape scrapes scraper
        scraping crawl crawler crawls weather crypto cryptocurrency forex login logins signin
        signup signups authentication authenticate authorization checkout realtime live
        websocket websockets streaming multiplayer geocode geocoding gps navigation nearby cron
        scheduler automatically sync synchronise synchronize synchronizes simulate simulation
        simulator solve solver optimise optimize optimization compile compiler speech voice
        deepfake blockchain nft
        """
    )
)
# Names, which have no other forms: a stripe is not Stripe.
_BEYOND_NAMES = word_set(
    """
    bitcoin chatgpt discord ethereum facebook instagram jwt nasdaq netflix oauth openai paypal
    reddit slack spotify stripe telegram tiktok twitter whatsapp youtube
    """
)
_BEYOND_PHRASES = re.compile(
    r"\b(?:stock (?:prices?|market)|exchange rates?|(?:machine|deep) learning|sign (?:in|up)|log in"
    r"|user accounts?|every (?:day|morning|hour|week)|social network|(?:emails?|texts?) me"
    r"|flight prices?|news feed|latest news|traffic)\b"
)


def beyond(text: str, known: frozenset[str] = frozenset()) -> list[str]:
    """What in a normalised text recipes cannot do, as it stands there; `known` stems are fine."""
    found = [
        word
        for word in words(text)
        if (word in _BEYOND_NAMES or stem(word) in BEYOND) and stem(word) not in known
    ]
    phrases: list[str] = _BEYOND_PHRASES.findall(text)
    return [*found, *(phrase for phrase in phrases if not stems(phrase) <= known)]
