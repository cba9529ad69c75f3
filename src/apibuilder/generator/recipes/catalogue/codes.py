"""Recipes about codes and secrets: passwords, UUIDs, hashes, encodings and ciphers."""

from __future__ import annotations

from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import case, get, post, step

_PASSWORD_TOOLS = Recipe(
    name="password_tools",
    title="Password generator",
    intents=(
        *("password generator", "password generate", "password strength", "strong password"),
        *("random password", "secure password", "password check", "password strong"),
        *("password validate", "password entropy", "create password", "generate passwords"),
        *("rate password", "password secure", "password length", "password security"),
        *("check password", "passphrase strength", "how strong password", "password weak"),
        *("password policy check", "passwords"),
    ),
    words="""
        password passwords generate generator generates random secure strong strength check checker
        checks meter entropy score length symbols digits numbers uppercase lowercase letters
        characters special options option include exclude ambiguous rate evaluate tester test
        validate validator weak suggestions suggest suggestion cryptographically safe custom
        configurable good advice complexity feedback estimate given my new who crack hard guess
        estimation analyzer measure
    """,
    tests=(
        case(
            "generate",
            step(
                get("/passwords", length=20), has={"bits": 129.8}, capture={"made": "passwords.0"}
            ),
            step(post("/strength", {"password": "{made}"}), has={"length": 20}),
            step(
                get("/passwords", length=4, lowercase=False, uppercase=False, symbols=False),
                has={"bits": 13.3},
            ),
            step(
                get("/passwords", lowercase=False, uppercase=False, digits=False, symbols=False),
                422,
                contains=["At least one"],
            ),
        ),
        case(
            "judge",
            step(
                post("/strength", {"password": "Password123!"}),
                has={"score": 0, "verdict": "very weak", "bits": 8},
                contains=["common"],
                lacks=["Password123!"],
            ),
            step(post("/strength", {"password": "abcdefgh"}), has={"score": 0, "bits": 4.7}),
            step(post("/strength", {"password": "Tr0ub4dor&3"}), has={"score": 3, "bits": 72.1}),
            step(
                post("/strength", {"password": "correct horse battery staple"}),
                has={"score": 4, "verdict": "very strong"},
            ),
        ),
        case(
            "refuse without repeating it",
            step(
                post("/strength", {"password": ["hunter2hunter2"]}), 422, lacks=["hunter2hunter2"]
            ),
            step(post("/strength", {"password": "s" * 501}), 422, lacks=["sssss"]),
            step(post("/strength", {"password": ""}), 422),
            step(get("/passwords", length=3), 422, contains=["4"]),
            step(get("/passwords", length=129), 422, contains=["128"]),
        ),
    ),
)

_UUIDS = Recipe(
    name="uuids",
    title="UUID generator",
    intents=(
        *("UUID generator", "uuid", "guid", "unique id generate", "unique identifier generate"),
        *("uuid4", "uuids", "random id", "unique ids"),
    ),
    words="""
        uuid uuids guid guids generate generator generates unique id ids identifier identifiers
        random v1 v4 v5 v7 uuid4 version versions validate validator check parse count bulk batch
        namespace universally globally many give return some new database keys time each call
        returning
    """,
    tests=(
        case(
            "generate and read",
            step(get("/uuids"), capture={"random": "uuids.0"}),
            step(get("/read/{random}"), has={"uuid": "{random}", "version": 4, "time": None}),
            step(get("/uuids", version=7, count=2), capture={"sorted": "uuids.1"}),
            step(get("/read/{sorted}"), has={"version": 7, "variant": "specified in RFC 4122"}),
            step(
                get("/read/c232ab00-9414-11ec-b3c8-9f6bdeced846"),
                has={"version": 1, "time": "2022-02-22T19:22:22Z"},
            ),
            step(
                get("/read/017F22E279B07CC398C4DC0C0C07398F"),
                has={
                    "uuid": "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
                    "version": 7,
                    "time": "2022-02-22T19:22:22Z",
                },
            ),
        ),
        case(
            "of a name",
            step(
                post("/named", {"namespace": "dns", "name": "python.org"}),
                equals={"uuid": "886313e1-3b8a-5372-9b90-0c9aee199e5d"},
            ),
            step(
                post("/named", {"namespace": "planet", "name": "x"}), 422, contains=["dns", "url"]
            ),
        ),
        case(
            "refuse what is none",
            step(get("/read/not-a-uuid"), 422, contains=["32 digits"]),
            step(get("/uuids", count=0), 422),
            step(get("/uuids", count=1001), 422, contains=["1000"]),
            step(get("/uuids", version=9), 422, contains=["'4'"]),
        ),
    ),
)

_HASHES = Recipe(
    name="hashes",
    title="Hash generator",
    intents=(
        *("hash generator", "hash text", "hash generate", "md5", "sha256", "sha1", "sha512"),
        *("hash string", "checksum", "hmac", "hash calculate", "hash verify", "hash function"),
        *("hash message", "hashing", "hash", "sha3", "md5 hash", "crypto hash", "digest text"),
        *("hash algorithm", "sha hash", "sha 256"),
    ),
    words="""
        hash hashes hashing hasher generate generator generates calculate calculator text string
        md5 sha sha1 sha224 sha256 sha384 sha512 sha3 blake2 blake2b hmac checksum digest algorithm
        algorithms verify verifies compare hex hexadecimal compute function functions message
        different sign signature key cryptographic matches of a given into one way
        cryptographically integrity
    """,
    tests=(
        case(
            "hash",
            step(
                post("/hash", {"text": "hello"}),
                equals={
                    "algorithm": "sha256",
                    "digest": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
                },
            ),
            step(
                post("/hash", {"text": "", "algorithm": "md5"}),
                has={"digest": "d41d8cd98f00b204e9800998ecf8427e"},
            ),
            step(
                post("/hash/all", {"text": "abc"}),
                has={
                    "md5": "900150983cd24fb0d6963f7d28e17f72",
                    "sha1": "a9993e364706816aba3e25717850c26c9cd0d89d",
                    "sha3_256": "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
                },
            ),
        ),
        case(
            "verify and sign",
            step(
                post(
                    "/verify",
                    {
                        "text": "hello",
                        "algorithm": "md5",
                        "digest": "5D41402ABC4B2A76B9719D911017C592",
                    },
                ),
                equals={"valid": True},
            ),
            step(post("/verify", {"text": "hello", "digest": "00"}), equals={"valid": False}),
            step(
                post(
                    "/hmac",
                    {"text": "The quick brown fox jumps over the lazy dog", "key": "key"},
                ),
                has={"digest": "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"},
            ),
        ),
        case(
            "refuse what cannot be hashed",
            step(
                post("/hash", {"text": "a", "algorithm": "crc32"}), 422, contains=["md5", "sha512"]
            ),
            step(post("/hash", {}), 422, contains=["text"]),
            step(post("/verify", {"text": "a", "digest": "xyz"}), 422),
            step(post("/hmac", {"text": "a", "key": ["my secret"]}), 422, lacks=["my secret"]),
        ),
    ),
)

_BASE64_TOOLS = Recipe(
    name="base64_tools",
    title="Base64 encoder and decoder",
    intents=(
        *("base64 encoder and decoder", "base64", "base32", "encode decode text", "hex encode"),
        *("encode decode string", "b64", "url safe encode", "base64 encode", "base64 decode"),
    ),
    words="""
        base64 base32 base64url encode encodes encoder encoding decode decodes decoder decoding
        text texts string strings convert converter hex hexadecimal url safe back plain both
        directions utf8 urlsafe to from data b64
    """,
    tests=(
        case(
            "encode",
            step(
                post("/encode", {"text": "Hello, World!"}),
                equals={"encoded": "SGVsbG8sIFdvcmxkIQ=="},
            ),
            step(
                post("/encode", {"text": "subjects?_d", "encoding": "base64url", "padding": False}),
                has={"encoded": "c3ViamVjdHM_X2Q"},
            ),
            step(
                post("/encode", {"text": "foobar", "encoding": "base32"}),
                has={"encoded": "MZXW6YTBOI======"},
            ),
            step(post("/encode", {"text": "hé", "encoding": "hex"}), has={"encoded": "68c3a9"}),
            step(post("/encode", {"text": ""}), has={"encoded": ""}),
        ),
        case(
            "decode",
            step(
                post("/decode", {"encoded": "SGVsbG8s\nIFdvcmxkIQ"}),
                equals={"text": "Hello, World!", "hex": "48656c6c6f2c20576f726c6421", "size": 13},
            ),
            step(post("/decode", {"encoded": "/w=="}), has={"text": None, "hex": "ff", "size": 1}),
            step(
                post("/decode", {"encoded": "mzxw6ytboi", "encoding": "base32"}),
                has={"text": "foobar"},
            ),
            step(post("/decode", {"encoded": "6869", "encoding": "hex"}), has={"text": "hi"}),
        ),
        case(
            "refuse what is not encoded",
            step(post("/decode", {"encoded": "a"}), 422, contains=["base64"]),
            step(post("/decode", {"encoded": "!!!!"}), 422),
            step(post("/decode", {"encoded": "xyz", "encoding": "hex"}), 422, contains=["hex"]),
            step(post("/decode", {"encoded": "é", "encoding": "base32"}), 422),
            step(post("/encode", {"text": "a", "encoding": "rot13"}), 422, contains=["base64url"]),
        ),
    ),
)

_CIPHERS = Recipe(
    name="ciphers",
    title="Caesar cipher",
    intents=(
        *("caesar cipher", "caesar", "rot13", "vigenere", "cipher", "atbash", "encrypt shift"),
        *("encrypt text shift", "shift cipher", "encrypt letters", "substitution cipher"),
        *("secret code messages", "rot 13", "decrypt caesar", "julius caesar"),
    ),
    words="""
        caesar cipher ciphers rot13 vigenere atbash encrypt encrypts encryption decrypt decrypts
        decryption encode encoder decode decoder shift shifts text message messages classic key
        letters alphabet break crack brute force string secret both plaintext ciphertext encoding
        substitution code codes puzzle spies kids julius
    """,
    tests=(
        case(
            "caesar",
            step(
                post("/caesar", {"text": "Hello, World!", "shift": 3}),
                equals={"result": "Khoor, Zruog!"},
            ),
            step(
                post("/caesar", {"text": "Khoor, Zruog!", "shift": 3, "decrypt": True}),
                has={"result": "Hello, World!"},
            ),
            step(post("/caesar", {"text": "abc", "shift": 29}), has={"result": "def"}),
            step(post("/break", {"text": "Khoor"}), contains=['{"shift":3,"text":"Hello"}']),
        ),
        case(
            "others",
            step(post("/rot13", {"text": "Hello, World!"}), has={"result": "Uryyb, Jbeyq!"}),
            step(post("/atbash", {"text": "abc XYZ"}), has={"result": "zyx CBA"}),
            step(
                post("/vigenere", {"text": "ATTACKATDAWN", "key": "LEMON"}),
                has={"result": "LXFOPVEFRNHR"},
            ),
            step(
                post("/vigenere", {"text": "LXFOPV EFRNHR", "key": "lemon", "decrypt": True}),
                has={"result": "ATTACK ATDAWN"},
            ),
        ),
        case(
            "refuse wrong keys",
            step(post("/vigenere", {"text": "a", "key": "two words"}), 422),
            step(post("/vigenere", {"text": "a"}), 422, contains=["key"]),
            step(post("/caesar", {"text": "a", "shift": 1001}), 422),
            step(post("/caesar", {"text": 1}), 422),
        ),
    ),
)

_MORSE = Recipe(
    name="morse",
    title="Morse code translator",
    intents=(*("morse code translator", "morse", "dots dashes"),),
    words="""
        morse code codes translate translates translator convert converter converts encode encoder
        decode decoder text message letters dots dashes alphabet back both directions english vice
        versa string into sos sound words
    """,
    tests=(
        case(
            "encode",
            step(post("/encode", {"text": "SOS"}), equals={"morse": "... --- ..."}),
            step(post("/encode", {"text": "hi mom"}), has={"morse": ".... .. / -- --- --"}),
            step(post("/encode", {"text": "7?"}), has={"morse": "--... ..--.."}),
        ),
        case(
            "decode",
            step(post("/decode", {"morse": ".... .. / -- --- --"}), equals={"text": "HI MOM"}),
            step(post("/decode", {"morse": "... --- ..."}), has={"text": "SOS"}),
            step(get("/alphabet"), has={"A": ".-", "0": "-----"}),
        ),
        case(
            "refuse what has no code",
            step(post("/encode", {"text": "日本"}), 422, contains=["A to Z"]),
            step(post("/encode", {"text": " "}), 422),
            step(post("/decode", {"morse": "hello"}), 422, contains=["dots and dashes"]),
            step(post("/decode", {"morse": "........"}), 422),
            step(post("/decode", {"morse": "/"}), 422),
        ),
    ),
)

CODES: tuple[Recipe, ...] = (_PASSWORD_TOOLS, _UUIDS, _HASHES, _BASE64_TOOLS, _CIPHERS, _MORSE)
