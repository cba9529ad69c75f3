"""Recipes around requests, checks of inputs, feeds and made-up data."""

from __future__ import annotations

from apibuilder.generator.recipes.catalogue.web_data import DATA
from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import call, case, get, post, step

_FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_CHROME = (
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/139.0.0.0 Mobile Safari/537.36"
)

_REQUESTS = (
    Recipe(
        name="validators",
        title="Validators",
        intents=(
            "email validator",
            "verify iban",
            "verify isbn",
            "credit card isbn",
            "isbn check",
            "check email",
            "check phone number",
            "check iban",
            "check credit card",
            "verify email",
            "verify phone",
            "verify credit card",
            "email checker",
            "valid email",
            "valid phone",
            "card checker",
            "card number check",
            "validate email",
            "email validation",
            "check email valid",
            "phone validator",
            "validate phone",
            "phone number validation",
            "iban",
            "credit card validator",
            "validate credit card",
            "credit card number",
            "card luhn",
            "luhn",
            "isbn",
        ),
        words="""
            validate validates validator validators validation verify verifies valid invalid
            email emails address addresses phone phones number numbers iban ibans credit card
            cards luhn algorithm checksum digit isbn isbns bank account book books format
            formats syntax brand visa mastercard correct whether real check checks checker right
            properly correctly mod code codes international e164 usable input inputs form data
            field fields contact european specify specified choose chosen version later self
            hosted own between under that maker creator clone viewer pagination paginated page
            pages
        """,
        packages=("email-validator",),
        tests=(
            case(
                "e-mail and phone",
                step(
                    post("/email", {"value": " Ada@EXAMPLE.com "}),
                    has={
                        "valid": True,
                        "normalized": "Ada@example.com",
                        "details": {"domain": "example.com", "local_part": "Ada"},
                    },
                ),
                step(post("/email", {"value": "ada@"}), has={"valid": False}),
                step(post("/email", {"value": "a b@example.com"}), has={"valid": False}),
                step(
                    post("/phone", {"value": "+49 (30) 123-456"}),
                    has={"valid": True, "normalized": "+4930123456"},
                ),
                step(
                    post("/phone", {"value": "0049 30 123456"}), has={"normalized": "+4930123456"}
                ),
                step(post("/phone", {"value": "12"}), has={"valid": False}),
                step(post("/phone", {"value": "call me"}), has={"valid": False}),
            ),
            case(
                "IBAN and credit card",
                step(
                    post("/iban", {"value": "de89370400440532013000"}),
                    has={"valid": True, "normalized": "DE89 3704 0044 0532 0130 00"},
                ),
                step(post("/iban", {"value": "GB82 WEST 1234 5698 7654 32"}), has={"valid": True}),
                step(
                    post("/iban", {"value": "DE89370400440532013001"}),
                    has={"valid": False, "reason": "the check digits are wrong"},
                ),
                step(post("/iban", {"value": "DE8937040044"}), contains=["in DE there are 22"]),
                step(
                    post("/credit-card", {"value": "4111 1111 1111 1111"}),
                    has={
                        "valid": True,
                        "normalized": "************1111",
                        "details": {"brand": "Visa"},
                    },
                ),
                step(
                    post("/credit-card", {"value": "378282246310005"}),
                    has={"details": {"brand": "American Express"}},
                ),
                step(post("/credit-card", {"value": "4111111111111112"}), has={"valid": False}),
            ),
            case(
                "ISBN, and wrong input",
                step(
                    post("/isbn", {"value": "0-306-40615-2"}),
                    has={"valid": True, "normalized": "9780306406157"},
                ),
                step(post("/isbn", {"value": "978-0-306-40615-7"}), has={"valid": True}),
                step(post("/isbn", {"value": "080442957X"}), has={"valid": True}),
                step(post("/isbn", {"value": "9780306406158"}), has={"valid": False}),
                step(post("/isbn", {"value": "12"}), has={"valid": False}),
                step(post("/isbn", {"value": "x" * 321}), 422),
                step(post("/email", {}), 422, contains=["value"]),
            ),
        ),
    ),
    Recipe(
        name="request_echo",
        title="Request echo",
        intents=(
            "echo request",
            "debug webhook",
            "echo webhook",
            "dump request",
            "dump http",
            "log incoming request back",
            "incoming request",
            "request details",
            "webhook echo",
            "http debug",
            "browser user agent",
            "detect browser",
            "my headers",
            "http request echo",
            "parse user agent",
            "show headers",
            "returns headers",
            "my ip headers",
            "mirrors back",
            "mirror request",
            "echo anything",
            "echo json",
            "echo back",
            "what user agent",
            "show my headers",
            "request debugger",
            "http echo",
            "see request sent",
            "webhook tester",
            "request inspector",
            "inspect request",
            "echo headers",
            "request headers",
            "user agent",
            "useragent",
            "httpbin",
            "echo api",
            "echo server",
            "request bin",
            "debug requests",
        ),
        words="""
            echo echoes request requests inspect inspector headers header method query
            parameters params body user agent agents ip client browser parser parse status codes
            code delay debug debugging httpbin bin back sent sends send received details device
            os detect mobile bot my incoming mirror mirrors whatever anything everything test
            testing tests http calls call tool json form payload dump returns raw what is see
            show which specify specified choose chosen version later self hosted own between
            under return string over via friendly whether where webhook webhooks dumps maker
            creator clone viewer pagination paginated page pages
        """,
        tests=(
            case(
                "a request is echoed",
                step(
                    call(
                        "POST",
                        "/echo",
                        query={"a": ["1", "2"], "b": "x y"},
                        body={"n": [1, None]},
                        headers={"X-Test": "yes", "Authorization": "Bearer secret"},
                    ),
                    has={
                        "method": "POST",
                        "query": {"a": ["1", "2"], "b": ["x y"]},
                        "headers": {"x-test": "yes"},
                        "json_body": {"n": [1, None]},
                        "body_bytes": 16,
                    },
                    lacks=["secret"],
                ),
                step(
                    call("GET", "/echo"),
                    has={"method": "GET", "body_text": "", "body_bytes": 0, "json_body": None},
                ),
                step(call("PUT", "/echo", text="NaN"), has={"json_body": None, "body_text": "NaN"}),
                step(call("GET", "/headers", headers={"X-Test": "yes"}), has={"x-test": "yes"}),
            ),
            case(
                "clients say who they are",
                step(
                    call("GET", "/user-agent", headers={"User-Agent": _FIREFOX}),
                    equals={
                        "user_agent": _FIREFOX,
                        "browser": "Firefox",
                        "version": "140.0",
                        "system": "Linux",
                        "is_mobile": False,
                        "is_bot": False,
                    },
                ),
                step(
                    call("GET", "/user-agent", headers={"User-Agent": _CHROME}),
                    has={"browser": "Chrome", "system": "Android", "is_mobile": True},
                ),
                step(
                    call("GET", "/user-agent", headers={"User-Agent": "Googlebot/2.1"}),
                    has={"browser": None, "is_bot": True},
                ),
            ),
            case(
                "statuses and pauses",
                step(get("/status/418"), 418),
                step(get("/status/204"), 204),
                step(get("/status/500"), 422),
                step(get("/delay/0"), equals={"seconds": 0}),
                step(get("/delay/6"), 422),
                step(call("POST", "/echo", text="x" * 100_001), 413),
            ),
        ),
    ),
)

WEB = (*_REQUESTS, *DATA)
