"""Recipes about files and documents."""

from __future__ import annotations

from pydantic import JsonValue

from apibuilder.generator.cases import Upload
from apibuilder.generator.recipes.catalogue.files_formats import FORMATS
from apibuilder.generator.recipes.catalogue.files_markup import MARKUP
from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import call, case, get, post, step

_PASTE: dict[str, JsonValue] = {
    "content": "print('hello')\n",
    "title": "First",
    "language": "python",
}


def _file(filename: str, content: str, content_type: str = "text/plain") -> dict[str, Upload]:
    return {"file": Upload(filename=filename, content=content, content_type=content_type)}


_KEEPING = (
    Recipe(
        name="file_storage",
        title="File storage",
        intents=(
            "file storage",
            "host files",
            "store file",
            "save files",
            "files api",
            "file api",
            "upload download pdfs",
            "upload pdf",
            "upload download",
            "file uploads",
            "uploading files",
            "store pdf",
            "uploaded files list download",
            "file server",
            "file manager",
            "file host",
            "upload download file",
            "file bucket",
            "blob storage",
            "object storage",
            "file store",
            "upload file",
            "upload files",
            "file upload",
            "file sharing",
            "file hosting",
            "store files",
            "dropbox",
            "document storage",
            "upload documents",
        ),
        words="""
            clone file files upload uploads uploaded uploading download downloads downloading
            list delete store storage sharing share hosting host document documents size limit
            limits type types metadata name names sha256 checksum multipart cap maximum mb
            dropbox like attachment attachments them again mini fetch fetched server drive cloud
            bucket blob blobs object objects s3 google private backup backups pdf pdfs photos
            images back any arbitrary binary rename-less manager management retrieve retrieves
            via http specify specified choose chosen version later self hosted own between under
            max 5 10 megabytes kb gb keep safe self-hosted send sends sent over friendly whether
            where by id users user maker creator viewer pagination paginated page pages
        """,
        packages=("python-multipart",),
        storage=True,
        tests=(
            case(
                "a file is kept as it is",
                step(
                    call("POST", "/files", files=_file("hello.txt", "Hello!\n")),
                    201,
                    has={
                        "filename": "hello.txt",
                        "content_type": "text/plain",
                        "size": 7,
                        "sha256": (
                            "b22b009134622b6508d756f1062455d71a7026594eacb0badf81f4f677929ebe"
                        ),
                    },
                    capture={"id": "id"},
                ),
                step(
                    get("/files/{id}/content"),
                    prefix=b"Hello!\n".hex(),
                    headers={
                        "content-disposition": "attachment; filename*=UTF-8''hello.txt",
                        "x-content-type-options": "nosniff",
                    },
                ),
                step(get("/files"), has={"total": 1, "total_bytes": 7}),
                step(call("DELETE", "/files/{id}"), 204),
                step(get("/files/{id}"), 404),
                step(get("/files"), equals={"items": [], "total": 0, "total_bytes": 0}),
            ),
            case(
                "names are made safe",
                step(
                    call("POST", "/files", files=_file("../../etc/passwd", "x", "not a type")),
                    201,
                    has={"filename": "passwd", "content_type": "application/octet-stream"},
                ),
                step(
                    call("POST", "/files", files=_file("a<b> ü.html", "<script>", "text/html")),
                    201,
                    capture={"id": "id"},
                ),
                step(
                    get("/files/{id}/content"),
                    headers={
                        "content-disposition": "attachment; filename*=UTF-8''a%3Cb%3E%20%C3%BC"
                    },
                ),
            ),
            case(
                "what is not there, and no file",
                step(get("/files/nothing"), 404),
                step(get("/files/nothing/content"), 404),
                step(call("DELETE", "/files/nothing"), 404),
                step(call("POST", "/files"), 422),
                step(call("POST", "/files", form={"file": "text"}), 422),
                step(get("/files", limit=0), 422),
            ),
        ),
    ),
    Recipe(
        name="pastebin",
        title="Pastebin",
        intents=(
            "pastebin",
            "paste service",
            "paste code",
            "paste snippets",
            "text paste",
            "paste",
            "self destruct message",
            "self destructing messages",
            "text snippets expire",
            "one time secret",
            "share snippet",
            "temporary text",
            "share text link",
            "paste bin",
            "paste text",
            "text sharing",
            "share text expire",
            "code snippet sharing",
            "share code snippets",
            "share snippets",
            "paste expiry",
            "pastes",
            "burn after reading",
            "gist",
        ),
        words="""
            paste pastes pasting bin text texts snippet snippets code share sharing shared
            expire expires expiry expiration expired ttl raw link url unique id language syntax
            title burn reading read once after minutes hours time temporary views hastebin gist
            like content plain secret secrets hour day days week notes note message messages
            confidential self destruct destructing one-time one private public anonymous quickly
            logs text-sharing them their specify specified choose chosen version later hosted
            own between under disappear disappears vanish deleted automatically auto retention
            send sends sent over via friendly whether where maker creator clone viewer
            pagination paginated page pages endpoint
        """,
        storage=True,
        tests=(
            case(
                "a paste is kept and read",
                step(
                    post("/pastes", _PASTE),
                    201,
                    has={"title": "First", "size": 15, "views": 0},
                    capture={"id": "id"},
                ),
                step(get("/pastes/{id}"), has={"content": "print('hello')\n", "views": 1}),
                step(
                    get("/pastes/{id}/raw"),
                    prefix=b"print('hello')\n".hex(),
                    headers={"content-type": "text/plain", "x-content-type-options": "nosniff"},
                ),
                step(get("/pastes/{id}/info"), has={"views": 2}, lacks=["print"]),
                step(call("DELETE", "/pastes/{id}"), 204),
                step(get("/pastes/{id}"), 404),
                step(call("DELETE", "/pastes/{id}"), 404),
            ),
            case(
                "some are read only once",
                step(
                    post("/pastes", {"content": "secret", "burn_after_reading": True}),
                    201,
                    capture={"id": "id"},
                ),
                step(get("/pastes/{id}/info"), has={"burn_after_reading": True}),
                step(get("/pastes/{id}"), has={"content": "secret"}),
                step(get("/pastes/{id}"), 404),
                step(get("/pastes/{id}/raw"), 404),
            ),
            case(
                "wrong input is refused",
                step(post("/pastes", {"content": ""}), 422),
                step(post("/pastes", {"content": "x" * 100_001}), 422),
                step(post("/pastes", {"content": "x", "expires_in_seconds": 0}), 422),
                step(post("/pastes", {"title": "no content"}), 422, contains=["content"]),
                step(get("/pastes/nothing"), 404),
            ),
        ),
    ),
)

FILES = (*_KEEPING, *FORMATS, *MARKUP)
