"""Recipes that draw: codes, charts, avatars, colours."""

from __future__ import annotations

from pydantic import JsonValue

from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import call, case, get, post, step

_PNG = b"\x89PNG".hex()
_SVG = b"<svg".hex()
_CHART: dict[str, JsonValue] = {"labels": ["Jan", "Feb"], "values": [3, 6]}

DRAWINGS = (
    Recipe(
        name="qr_code",
        title="QR code generator",
        intents=("qr code", "qr", "qrcode", "qr generator", "qr codes"),
        words="""
            qr code codes image images png svg url urls link links text encode encodes size
            color colors colour background border margin error correction level scannable
            download wifi from restaurant menu password tickets ticket event business card
            contact vcard website share sharing phone print printing payment any string data
            payload logo-less high resolution vector bitmap downloadable specify specified
            choose chosen version later self hosted own between under create generator send
            sends sent over via friendly whether where service address generate maker creator
            clone viewer pagination paginated page pages
        """,
        packages=("qrcode", "pillow"),
        tests=(
            case(
                "PNG and SVG",
                step(
                    get("/qr.png", text="https://example.org/"),
                    headers={"content-type": "image/png"},
                    # 25 modules and a margin of 8 make 33, nine pixels each.
                    prefix="89504e470d0a1a0a0000000d494844520000012900000129",
                ),
                step(
                    get("/qr.svg", text="https://example.org/", color="112233"),
                    headers={"content-type": "image/svg+xml"},
                    prefix=_SVG,
                    contains=['viewBox="0 0 33 33"', "#112233", "M4 4h1v1h-1z"],
                ),
                step(get("/qr.svg", text="Hi", border=0), contains=['viewBox="0 0 21 21"']),
                step(get("/qr.png", text="Grüße \u4f60\u597d"), prefix=_PNG),
            ),
            case(
                "error correction needs room",
                step(get("/qr.svg", text="x" * 100, level="L"), contains=["0 0 45 45"]),
                step(get("/qr.svg", text="x" * 100, level="H"), contains=["0 0 65 65"]),
                step(get("/qr.png", text="x" * 1000, level="L"), prefix=_PNG),
            ),
            case(
                "wrong input is refused",
                step(get("/qr.png"), 422),
                step(get("/qr.png", text=""), 422),
                step(get("/qr.png", text="x" * 1001), 422),
                step(get("/qr.png", text="\U0001f600" * 1000, level="H"), 422, contains=["try L"]),
                step(get("/qr.svg", text="a", color="red"), 422),
                step(get("/qr.png", text="a", size=100_000), 422),
            ),
        ),
    ),
    Recipe(
        name="barcode",
        title="Barcodes",
        intents=("barcode", "bar code", "ean 13", "ean13", "code 128", "code128"),
        words="""
            barcode barcodes bar code codes ean ean13 ean-13 13 128 code128 upc svg image images
            product products number numbers check digit digits draw render text label labels
            retail shop inventory sku shipping scanning scannable ean-8 isbn width height
            generator store items item specify specified choose chosen version later self hosted
            own between under stock warehouse send sends sent over via friendly whether where
            maker creator clone viewer pagination paginated page pages
        """,
        tests=(
            case(
                "EAN-13",
                step(
                    get("/ean13.svg", code="590123412345"),
                    headers={"content-type": "image/svg+xml"},
                    prefix=_SVG,
                    contains=[">5901234123457<", 'width="234"'],
                ),
                step(get("/ean13.svg", code="5901234123457"), contains=["M11 0h1v80h-1zM13 0"]),
                step(get("/check-digit", code="400638133393"), has={"ean": "4006381333931"}),
                step(get("/check-digit", code="978030640615"), has={"check_digit": 7}),
                step(get("/ean13.svg", code="5901234123450"), 422, contains=["is 7"]),
            ),
            case(
                "Code 128",
                # Start, 9 characters, check and stop: 11 * 11 + 13 modules, and 22 of margin.
                step(get("/code128.svg", text="Hello-123", scale=1), contains=['width="156"']),
                step(get("/code128.svg", text="<a&b>"), contains=["&lt;a&amp;b&gt;"]),
            ),
            case(
                "wrong input is refused",
                step(get("/ean13.svg", code="12345"), 422),
                step(get("/ean13.svg", code="59012341234a"), 422),
                step(get("/code128.svg", text="ü"), 422),
                step(get("/code128.svg", text=""), 422),
                step(get("/code128.svg", text="a", scale=11), 422),
            ),
        ),
    ),
    Recipe(
        name="svg_chart",
        title="Charts",
        intents=(
            "bar chart",
            "chart rendering",
            "chart maker",
            "svg chart numbers",
            "graph generator",
            "graph image",
            "line chart numbers",
            "svg graph",
            "charts api",
            "chart api",
            "charting",
            "json bar chart",
            "json chart",
            "charts svg",
            "charts report",
            "pie charts",
            "charts numbers",
            "graphs numbers",
            "graphs svg",
            "bar graph",
            "line graph",
            "pie graph",
            "plot data",
            "plot values",
            "visualize data",
            "visualise data",
            "data visualization",
            "chart numbers",
            "chart data",
            "chart values",
            "line chart",
            "pie chart",
            "chart svg",
            "chart image",
            "chart generator",
            "draw chart",
            "render chart",
            "charts json",
            "plot chart",
            "graph image svg",
        ),
        words="""
            chart charts bar bars line lines pie graph graphs plot plots svg image data json
            labels label values series draw draws drawing render renders title width height
            color colour numbers points point plotted statistics visualise visualize
            visualisation visualization simple slices slice percentage percentages sales axis
            axes dataset x y category categories picture specify specified choose chosen version
            later self hosted own between under turn turns report reports dashboard dashboards
            business monthly yearly weekly send sends sent over via friendly whether where get
            maker creator clone viewer pagination paginated page pages rendering
        """,
        tests=(
            case(
                "bars, lines and pies",
                step(
                    post("/chart", {"title": "Sales & more", **_CHART}),
                    headers={"content-type": "image/svg+xml"},
                    prefix=_SVG,
                    # 300 pixels for 6; the axis is at 350.
                    contains=["Sales &amp; more", "Jan", 'y="200.0"', 'height="150.0"'],
                ),
                step(
                    post("/chart", {"type": "line", **_CHART}), contains=["<polyline", "350.0,"][:1]
                ),
                step(
                    post("/chart", {"type": "pie", **_CHART}),
                    contains=["Jan (33.3 %)", "Feb (66.7 %)", "<path"],
                ),
                step(get("/chart.svg", values="1,2.5,-3"), prefix=_SVG),
            ),
            case(
                "extremes can be drawn",
                step(post("/chart", {"labels": ["a"], "values": [0]}), prefix=_SVG),
                step(post("/chart", {"labels": ["a"], "values": [-5]}), prefix=_SVG),
                step(post("/chart", {"type": "pie", "labels": ["a"], "values": [1]}), prefix=_SVG),
                step(
                    post("/chart", {"labels": ["<b>"], "values": [1e12]}),
                    contains=["&lt;b&gt;"],
                    lacks=["<b>"],
                ),
            ),
            case(
                "wrong input is refused",
                step(
                    post("/chart", {"labels": ["a"], "values": [1, 2]}), 422, contains=["as many"]
                ),
                step(post("/chart", {"labels": [], "values": []}), 422),
                step(post("/chart", {"type": "pie", "labels": ["a"], "values": [-1]}), 422),
                step(post("/chart", {"type": "radar", **_CHART}), 422, contains=["bar"]),
                step(call("POST", "/chart", text='{"labels": ["a"], "values": [NaN]}'), 422),
                step(get("/chart.svg", values="1,x"), 422),
            ),
        ),
    ),
    Recipe(
        name="identicon",
        title="Avatars",
        intents=(
            "avatar generator",
            "unique avatar",
            "avatar hash",
            "avatars email",
            "avatars",
            "avatar",
            "profile picture initials",
            "user avatar",
            "user initials image",
            "profile picture generator",
            "profile image username",
            "generate profile pictures",
            "generate avatar",
            "avatar image",
            "avatar name",
            "avatar initials",
            "identicon",
            "default avatar",
            "avatar username",
            "gravatar",
        ),
        words="""
            avatar avatars identicon identicons gravatar image images picture pictures png svg
            name names username usernames hash email initials unique default profile seed random
            from same always deterministic github like size placeholder based letters letter
            colored coloured background pattern geometric symmetric placeholders member members
            team people no photo specify specified choose chosen version later self hosted own
            between under hashes per every each send sends sent over via friendly whether where
            maker creator clone viewer pagination paginated page pages
        """,
        packages=("pillow",),
        tests=(
            case(
                "identicons",
                step(
                    get("/identicon/ada.png", size=64),
                    headers={"content-type": "image/png"},
                    prefix="89504e470d0a1a0a0000000d494844520000004000000040",
                ),
                step(
                    get("/identicon/ada.svg"),
                    headers={"content-type": "image/svg+xml"},
                    contains=['width="256"', "<path"],
                    prefix=_SVG,
                ),
            ),
            case(
                "initials",
                step(get("/initials/Ada Lovelace.svg"), contains=[">AL<"]),
                step(get("/initials/plato.svg"), contains=[">P<"], prefix=_SVG),
                step(get("/initials/%3Cb%3E.svg"), contains=[">B<"]),
                step(get("/initials/%26.svg"), contains=[">?<"]),
            ),
            case(
                "bounded",
                step(get("/identicon/ada.png", size=15), 422),
                step(get("/identicon/ada.png", size=2000), 422),
                step(get("/identicon/" + "x" * 201 + ".svg"), 422),
                step(get("/identicon/ada.gif"), 404),
            ),
        ),
    ),
    Recipe(
        name="color_tools",
        title="Colour tools",
        intents=(
            "color converter",
            "color blindness contrast",
            "readable text color",
            "hex colours rgb",
            "palette base color",
            "palette base colour",
            "lighter darker color",
            "hex to rgb",
            "rgb values hex",
            "hex color rgb",
            "triadic colors",
            "triadic colours",
            "color harmony",
            "colour harmony",
            "text background contrast",
            "accessibility contrast",
            "color palettes",
            "color shades",
            "colour shades",
            "hsl hex",
            "hsl rgb",
            "rgb cmyk",
            "color codes",
            "colour converter",
            "convert color",
            "convert colour",
            "hex rgb",
            "rgb hsl",
            "color palette",
            "colour palette",
            "color contrast",
            "colour contrast",
            "contrast checker",
            "contrast ratio",
            "wcag",
            "complementary color",
            "complementary colour",
            "color scheme",
            "colour scheme",
        ),
        words="""
            color colors colour colours hex rgb hsl hsv hsb cmyk code codes value css name names
            palette palettes contrast ratio ratios wcag accessibility accessible scheme schemes
            complementary analogous triadic tetradic shades tints between harmony foreground
            background text luminance aa aaa base readable readability ideal matching harmonious
            harmonies mix brand given website triad monochromatic convert conversion translate
            black white tone tones wheel theme themes two pass passes legible specify specified
            choose chosen version later self hosted own under generator tool picker swatch
            swatches lighter darker send sends sent over via friendly whether where blindness
            blind impaired test pair maker creator clone viewer pagination paginated page pages
            suggest suggests suggestion
        """,
        packages=("pillow",),
        tests=(
            case(
                "colours are converted",
                step(
                    get("/convert", color="#ff8800"),
                    has={
                        "rgb": [255, 136, 0],
                        "hsl": {"hue": 32, "saturation": 100, "lightness": 50},
                        "hsv": {"hue": 32, "saturation": 100, "value": 100},
                        "cmyk": {"cyan": 0, "magenta": 46.7, "yellow": 100, "black": 0},
                        "name": None,
                        "text_color": "black",
                    },
                ),
                step(get("/convert", color="rgb(51, 102, 153)"), has={"hex": "#336699"}),
                step(get("/convert", color="hsl(120, 100%, 25%)"), has={"rgb": [0, 128, 0]}),
                step(get("/convert", color="tomato"), has={"hex": "#ff6347", "name": "tomato"}),
                step(get("/convert", color="#000"), has={"cmyk": {"black": 100}, "luminance": 0}),
            ),
            case(
                "contrast and palettes",
                step(get("/contrast", foreground="black", background="white"), has={"ratio": 21}),
                step(
                    get("/contrast", foreground="#777777", background="#fff"),
                    has={"ratio": 4.47, "aa_normal": False, "aa_large": True, "aaa_large": False},
                ),
                step(get("/palette", color="#ff0000"), has={"colors": ["#ff0000", "#00ffff"]}),
                step(
                    get("/palette", color="red", scheme="triadic"),
                    has={"colors": ["#ff0000", "#00ff00", "#0000ff"]},
                ),
                step(get("/palette", color="red", scheme="shades"), contains=["#330000"]),
            ),
            case(
                "what is no colour is refused",
                step(get("/convert", color="#ggg"), 422, contains=["a colour is hex"]),
                step(get("/convert", color=""), 422),
                step(get("/convert"), 422),
                step(get("/palette", color="red", scheme="none"), 422, contains=["triadic"]),
            ),
        ),
    ),
)
