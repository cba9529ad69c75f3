"""Validators: e-mail addresses, phone numbers, IBANs, credit cards and ISBNs.

Run it with `uvicorn main:app`. It keeps nothing, and asks nobody: whether an address or an
account really exists cannot be seen from how it is written.
"""

import re

from email_validator import EmailNotValidError, validate_email
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

# Length of an IBAN by country.
_LENGTHS = """
AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20
EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30
KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28
PS29 PT25 QA29 RO24 RS22 SA24 SE24 SI19 SK24 SM27 TN24 TR26 UA29 VA22 VG24 XK20
"""
IBAN_LENGTHS = {one[:2]: int(one[2:]) for one in _LENGTHS.split()}
# Beginnings and lengths of card numbers.
CARDS = (
    ("American Express", re.compile(r"3[47]\d{13}")),
    ("Visa", re.compile(r"4\d{12}(\d{3}(\d{3})?)?")),
    ("Mastercard", re.compile(r"(5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}")),
    ("Discover", re.compile(r"(6011\d{2}|65\d{4}|64[4-9]\d{3})\d{10}")),
    ("Diners Club", re.compile(r"3(0[0-5]|[689]\d)\d{11}")),
    ("JCB", re.compile(r"35(2[89]|[3-8]\d)\d{12}")),
)

# --- what goes in and out -----------------------------------------------------


class Value(BaseModel):
    """What to check. Sent in the body, so that it is in no log of addresses."""

    value: str = Field(max_length=320, examples=["ada@example.org"])


class Verdict(BaseModel):
    """Whether a value is right, and why not."""

    valid: bool
    reason: str | None = Field(default=None, description="Why it is not.")
    normalized: str | None = Field(default=None, description="In its usual form.")
    details: dict[str, str] = Field(default={}, description="What else can be seen from it.")


# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="Validators",
    description="E-mail addresses, phone numbers, IBANs, credit cards and ISBNs.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/email", summary="Check an e-mail address")
def email(sent: Value) -> Verdict:
    """By how it is written; no mail server is asked."""
    try:
        found = validate_email(sent.value.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        return wrong(str(error))
    details = {"local_part": found.local_part, "domain": found.domain}
    return Verdict(valid=True, normalized=found.normalized, details=details)


@app.post("/phone", summary="Check a phone number")
def phone(sent: Value) -> Verdict:
    """International numbers as in E.164: a plus sign and 7 to 15 digits; or digits alone."""
    text = re.sub(r"[\s().\-/]", "", sent.value)
    text = f"+{text[2:]}" if text.startswith("00") else text
    if not re.fullmatch(r"\+?[0-9]+", text):
        return wrong("only digits, spaces, brackets, dots, hyphens and a leading + are allowed")
    digits = text.removeprefix("+")
    if not 7 <= len(digits) <= 15:
        return wrong(f"it has {len(digits)} digits; 7 to 15 are possible")
    if text[0] == "+" and digits[0] == "0":
        return wrong("no country code begins with 0")
    kind = "international" if text[0] == "+" else "national"
    return Verdict(valid=True, normalized=text, details={"kind": kind})


@app.post("/iban", summary="Check an IBAN")
def iban(sent: Value) -> Verdict:
    """Country, length and check digits."""
    text = "".join(sent.value.split()).upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]+", text):
        return wrong("it must be two letters, two digits, and then letters and digits")
    length = IBAN_LENGTHS.get(text[:2])
    if length is None:
        return wrong(f"{text[:2]} is no country with IBANs")
    if len(text) != length:
        return wrong(f"it has {len(text)} characters; in {text[:2]} there are {length}")
    number = int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4]))
    if number % 97 != 1:
        return wrong("the check digits are wrong")
    parts = " ".join(text[place : place + 4] for place in range(0, length, 4))
    return Verdict(valid=True, normalized=parts, details={"country": text[:2]})


@app.post("/credit-card", summary="Check a credit card number")
def credit_card(sent: Value) -> Verdict:
    """Length and check digit (Luhn); the answer repeats only the last four digits."""
    text = re.sub(r"[\s-]", "", sent.value)
    if not re.fullmatch(r"[0-9]{12,19}", text):
        return wrong("it must have 12 to 19 digits")
    if not luhn(text):
        return wrong("the check digit is wrong")
    brand = next((name for name, form in CARDS if form.fullmatch(text)), "unknown")
    return Verdict(
        valid=True, normalized="*" * (len(text) - 4) + text[-4:], details={"brand": brand}
    )


@app.post("/isbn", summary="Check an ISBN")
def isbn(sent: Value) -> Verdict:
    """Of 10 or 13 digits; the answer has it with 13."""
    text = re.sub(r"[\s-]", "", sent.value).upper()
    if re.fullmatch(r"[0-9]{9}[0-9X]", text):
        digits = [10 if letter == "X" else int(letter) for letter in text]
        if sum((10 - place) * digit for place, digit in enumerate(digits)) % 11:
            return wrong("the check digit is wrong")
        full = "978" + text[:9]
        return Verdict(valid=True, normalized=full + ean_digit(full), details={"form": "ISBN-10"})
    if re.fullmatch(r"97[89][0-9]{10}", text):
        if ean_digit(text[:12]) != text[12]:
            return wrong("the check digit is wrong")
        return Verdict(valid=True, normalized=text, details={"form": "ISBN-13"})
    return wrong("it must have 10 digits, or 13 that begin with 978 or 979")


# --- check digits ----------------------------------------------------------------------


def wrong(reason: str) -> Verdict:
    """Not valid."""
    return Verdict(valid=False, reason=reason)


def luhn(digits: str) -> bool:
    """Every second digit from the right counts double."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def ean_digit(digits: str) -> str:
    """The check digit of ISBN-13, as of all product codes."""
    return str(-sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits)) % 10)
