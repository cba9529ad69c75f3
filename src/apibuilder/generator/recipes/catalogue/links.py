"""Recipes about links and the addresses of the web and the network."""

from __future__ import annotations

from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import call, case, get, post, step

_LONG = "https://example.org/a/long/path?with=query"

LINKS = (
    Recipe(
        name="link_shortener",
        title="Link shortener",
        intents=(
            "shorten url",
            "shrink url",
            "shrink link",
            "short codes web addresses",
            "short code web address",
            "short address",
            "short code url",
            "long link short",
            "vanity url",
            "vanity link",
            "branded link",
            "redirection service url",
            "redirect short",
            "long url tiny",
            "short url redirect",
            "url redirection",
            "custom short link",
            "shorten link",
            "url shortener",
            "link shortener",
            "short url",
            "short link",
            "short code redirect",
            "tiny url",
            "tinyurl",
            "bitly",
        ),
        words="""
            long urls links web address addresses redirect redirects redirecting redirection
            original destination target code codes slug custom alias aliases random click clicks
            hit hits count counts counting visit visits visited statistics stats analytics
            follow open track tracking how often times unique into back share like bit ly clone
            shrink compact friendly readable generate each new domain expand expands unshorten
            memorable specify specified choose chosen version later self hosted own between
            under vanity branded service redirector campaign tiny send sends sent over via
            whether where opened create lead leads followed maker creator viewer pagination
            paginated page pages
        """,
        storage=True,
        tests=(
            case(
                "a short link redirects and counts",
                step(
                    post("/links", {"url": _LONG}),
                    201,
                    has={"url": _LONG, "hits": 0, "last_hit_at": None},
                    capture={"code": "code"},
                ),
                step(call("GET", "/{code}"), 307, headers={"location": _LONG}),
                step(call("GET", "/{code}"), 307, headers={"cache-control": "no-store"}),
                step(get("/links/{code}"), has={"hits": 2, "code": "{code}"}),
                step(call("DELETE", "/links/{code}"), 204),
                step(call("GET", "/{code}"), 404),
            ),
            case(
                "a code of one's own is given once",
                step(
                    post("/links", {"url": "http://example.com/", "code": "my-link"}),
                    201,
                    has={"code": "my-link"},
                    capture={"short": "short_url"},
                ),
                step(post("/links", {"url": _LONG, "code": "my-link"}), 409, contains=["taken"]),
                step(post("/links", {"url": _LONG, "code": "docs"}), 409),
                step(get("/my-link"), 307, headers={"location": "http://example.com/"}),
                step(get("/links"), has={"total": 1, "items": [{"hits": 1, "code": "my-link"}]}),
            ),
            case(
                "only http and https, only good codes",
                step(post("/links", {"url": "javascript:alert(1)"}), 422, contains=["http"]),
                step(post("/links", {"url": "not an address"}), 422),
                step(post("/links", {"url": "ftp://example.org/x"}), 422),
                step(post("/links", {"url": _LONG, "code": "a b"}), 422),
                step(post("/links", {}), 422, lacks=['"input"']),
                step(get("/links/nothing"), 404),
            ),
        ),
    ),
    Recipe(
        name="url_tools",
        title="URL tools",
        intents=(
            "url parser",
            "query parameters url",
            "extract url",
            "url extractor",
            "validate url",
            "normalise url",
            "normalize url",
            "url validator",
            "url normaliser",
            "url query string",
            "inspect url",
            "analyse url",
            "url hostname",
            "url host path query",
            "encode characters url",
            "decode url",
            "url query params",
            "url query parameters json",
            "url parts",
            "url into parts",
            "decompose address",
            "web address parts",
            "escape url",
            "query string",
            "extract domain url",
            "parse url",
            "url builder",
            "build url",
            "url encode",
            "url encode decode string",
            "url encode decode text",
            "url encoder",
            "url decode",
            "percent encode",
            "percent encoding",
            "query string parser",
            "query string parse",
            "split url",
            "url components",
        ),
        words="""
            url urls uri parse parses parser parsing build builds builder encode encodes
            encoding encoder decode decodes decoding decoder query string strings parameter
            parameters params host port path scheme fragment components parts split join resolve
            relative percent address addresses link links domain protocol break down into
            decompose web breaks extract extracts normalize normalise special characters escape
            unescape safely absolute query-string anchor hash subdomain specify specified choose
            chosen version later self hosted own between under hostname take give json character
            safe unsafe form send sends sent over via friendly whether where valid check checker
            maker creator clone viewer pagination paginated page pages
        """,
        tests=(
            case(
                "an address is taken apart",
                step(
                    get("/parse", url="https://ada:pw@Example.org:8080/a/b%20c?x=1&x=2&y=%26#top"),
                    equals={
                        "scheme": "https",
                        "username": "ada",
                        "host": "example.org",
                        "port": 8080,
                        "default_port": 443,
                        "path": "/a/b%20c",
                        "segments": ["a", "b c"],
                        "query": {"x": ["1", "2"], "y": ["&"]},
                        "fragment": "top",
                        "origin": "https://example.org:8080",
                    },
                ),
                step(
                    get("/parse", url="http://[2001:db8::1]:80/"),
                    has={"host": "2001:db8::1", "port": 80, "origin": "http://[2001:db8::1]"},
                ),
                step(get("/parse", url="example.org/a"), 422, contains=["scheme"]),
                step(get("/parse", url="http://a:99999/"), 422),
                step(get("/parse", url="http://[::1/"), 422),
            ),
            case(
                "an address is put together",
                step(
                    post(
                        "/build",
                        {
                            "host": "Example.org",
                            "segments": ["a/b", "c d"],
                            "query": {"q": "x&y", "n": 2, "on": True, "tag": ["a", "b"]},
                        },
                    ),
                    equals={
                        "url": "https://example.org/a%2Fb/c%20d?q=x%26y&n=2&on=true&tag=a&tag=b"
                    },
                ),
                step(
                    get("/join", base="https://example.org/a/b", relative="../c?d=1"),
                    equals={"url": "https://example.org/c?d=1"},
                ),
                step(post("/build", {"host": "a b"}), 422),
                step(post("/build", {"host": "example.org", "port": 0}), 422),
                step(
                    call("POST", "/build", text='{"host": "a", "query": {"\\ud800": 1}}'),
                    422,
                    contains=["Unicode"],
                ),
            ),
            case(
                "texts are encoded and decoded",
                step(get("/encode", text="a b&c/\u00fc"), equals={"url": "a%20b%26c%2F%C3%BC"}),
                step(get("/decode", text="a%20b%26c%2F%C3%BC"), equals={"url": "a b&c/\u00fc"}),
                step(get("/decode", text="a+b", plus=True), equals={"url": "a b"}),
                step(get("/decode", text="a+b%ff"), equals={"url": "a+b\ufffd"}),
            ),
        ),
    ),
    Recipe(
        name="ip_calculator",
        title="IP calculator",
        intents=(
            "ip calculator",
            "ip private",
            "ip public",
            "ip reverse",
            "ip integer",
            "ipv4 binary",
            "ipv6",
            "check ip",
            "valid ip",
            "ip version",
            "usable hosts",
            "subnetting",
            "ip belongs network",
            "ip belongs range",
            "ip inside network",
            "ip in cidr",
            "network mask",
            "ip mask",
            "ip network",
            "ip binary",
            "subnet calculator",
            "subnet",
            "cidr",
            "ip address calculator",
            "ip range",
            "netmask",
            "network calculator",
            "ip address validator",
            "validate ip",
            "ipv4 ipv6",
        ),
        words="""
            ip ips ipv4 ipv6 address addresses network networks subnet subnets subnetting cidr
            mask netmask wildcard broadcast host hosts range ranges prefix binary private public
            contains overlap overlaps inside split usable first last belongs blocks block slash
            splitting divide total count dotted decimal integer notation between bits in-range
            class specify specified choose chosen version later self hosted own under helper
            belong member how aggregate lookup-less send sends sent over via friendly whether
            where check sysadmin sysadmins devops maker creator clone viewer pagination
            paginated page pages
        """,
        tests=(
            case(
                "networks",
                step(
                    get("/network", cidr="192.168.1.10/24"),
                    equals={
                        "version": 4,
                        "network": "192.168.1.0/24",
                        "network_address": "192.168.1.0",
                        "broadcast_address": "192.168.1.255",
                        "netmask": "255.255.255.0",
                        "wildcard_mask": "0.0.0.255",
                        "prefix_length": 24,
                        "first_host": "192.168.1.1",
                        "last_host": "192.168.1.254",
                        "addresses": "256",
                        "usable_hosts": "254",
                        "is_private": True,
                    },
                ),
                step(get("/network", cidr="10.1.2.3/255.255.0.0"), has={"network": "10.1.0.0/16"}),
                step(get("/network", cidr="10.0.0.0/31"), has={"usable_hosts": "2"}),
                step(
                    get("/network", cidr="2001:db8::/32"),
                    has={"addresses": "79228162514264337593543950336", "broadcast_address": None},
                ),
                step(
                    get("/subnets", cidr="192.168.0.0/24", prefix=26),
                    equals={
                        "count": "4",
                        "items": [
                            "192.168.0.0/26",
                            "192.168.0.64/26",
                            "192.168.0.128/26",
                            "192.168.0.192/26",
                        ],
                    },
                ),
                step(get("/subnets", cidr="::/0", prefix=128), has={"count": str(2**128)}),
            ),
            case(
                "addresses",
                step(
                    get("/address", ip="192.168.1.10"),
                    has={
                        "integer": "3232235786",
                        "hexadecimal": "0xc0a8010a",
                        "binary": "11000000101010000000000100001010",
                        "reverse_pointer": "10.1.168.192.in-addr.arpa",
                        "is_private": True,
                    },
                ),
                step(get("/address", ip="2001:0db8:0::1"), has={"address": "2001:db8::1"}),
                step(get("/contains", cidr="10.0.0.0/8", ip="10.2.3.4"), equals={"contains": True}),
                step(get("/contains", cidr="10.0.0.0/8", ip="::1"), equals={"contains": False}),
                step(
                    get("/overlap", first="10.0.0.0/8", second="10.1.0.0/16"),
                    equals={"overlaps": True, "relation": "first contains second"},
                ),
            ),
            case(
                "what is no address is refused",
                step(get("/network", cidr="256.1.1.1/24"), 422, contains=["192.168.1.0/24"]),
                step(get("/network", cidr="10.0.0.0/33"), 422),
                step(get("/address", ip="10.0.0"), 422),
                step(get("/subnets", cidr="10.0.0.0/24", prefix=8), 422, contains=["24 to 32"]),
                step(get("/network"), 422),
            ),
        ),
    ),
)
