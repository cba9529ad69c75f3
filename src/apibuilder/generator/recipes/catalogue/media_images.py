"""Recipes that work on uploaded images, or answer one."""

from __future__ import annotations

from apibuilder.generator.cases import Upload
from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import call, case, get, step

_PNG = b"\x89PNG".hex()
_JPEG = "ffd8ff"


def _image(content: str, kind: str = "png") -> dict[str, Upload]:
    name, media_type = f"image.{kind}", f"image/{kind}"
    return {"file": Upload(filename=name, content=content, content_type=media_type, base64=True)}


# 8 x 4 pixels: the left half red, the right half blue.
_FLAG = _image(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAECAIAAAA8r+mnAAAAFklEQVR42mP8z4AAjAwIHhMDDkC6BAC5kwIHcfyfKQAA"
    "AABJRU5ErkJggg=="
)
# 4 x 3 pixels of #336699, with EXIF data.
_PHOTO = _image(
    "UklGRngAAABXRUJQVlA4WAoAAAAIAAAAAwAAAgAAVlA4TBEAAAAvA4AAAAdQs840s/+BiOh/AABFWElGQAAAAE1NACoAAAAI"
    "AAIBDwACAAAABQAAACYBMgACAAAAFAAAACwAAAAAQWNtZQAAMjAzMDowMTozMSAxMjowMDowMAA=",
    "webp",
)
# Says that it has 5000 x 5000 pixels, and 60000 x 60000.
_LARGE = _image(
    "iVBORw0KGgoAAAANSUhEUgAAE4gAABOICAIAAADS+hCcAAAAC0lEQVR4nGNggAEAAAoAAX+AdF4AAAAASUVORK5CYII="
)
_BOMB = _image(
    "iVBORw0KGgoAAAANSUhEUgAA6mAAAOpgCAIAAAAPsOIVAAAAC0lEQVR4nGNggAEAAAoAAX+AdF4AAAAASUVORK5CYII="
)
_NO_IMAGE = {"file": Upload(filename="a.png", content="no image")}

IMAGES = (
    Recipe(
        name="image_tools",
        title="Image tools",
        intents=(
            "resize image",
            "resize compress jpg",
            "resize jpg",
            "compress jpg",
            "compress photo",
            "compress picture",
            "compress jpeg",
            "compress png",
            "crop jpg",
            "image compressor",
            "images smaller",
            "photos smaller",
            "pictures smaller",
            "square images",
            "image cropper",
            "photo resizer",
            "picture resizer",
            "downscale image",
            "upscale image",
            "image rotation",
            "image quality",
            "image resized",
            "image width height resize",
            "rotate picture",
            "rotate photo",
            "flip picture",
            "flip photo",
            "webp png",
            "webp converter",
            "jpg converter",
            "png converter",
            "jpeg png converter",
            "upload image resized",
            "cropped image",
            "smaller version image",
            "scaled image",
            "scale picture",
            "scale image",
            "scale photo",
            "shrink image",
            "shrink photo",
            "shrink picture",
            "picture black white",
            "photo black white",
            "grayscale photo",
            "grayscale picture",
            "black white photos",
            "flip image",
            "mirror image",
            "invert image",
            "sharpen image",
            "photo editing",
            "image transformation",
            "image format conversion",
            "photo converter",
            "picture converter",
            "reduce image size",
            "resize jpeg",
            "resize png",
            "image resizer",
            "resize photo",
            "resize picture",
            "thumbnail",
            "crop image",
            "crop photo",
            "crop picture",
            "convert image",
            "image converter",
            "grayscale image",
            "greyscale image",
            "black white image",
            "rotate image",
            "compress image",
            "image editing",
            "image processing",
            "image manipulation",
            "blur image",
            "png jpg",
            "png jpeg",
            "jpg webp",
            "png webp",
        ),
        words="""
            image images picture pictures photo photos upload uploaded uploads uploading resize
            resizes resizing scale scales width height pixels size sizes dimensions thumbnail
            thumbnails crop cropping rotate rotates rotation flip mirror grayscale greyscale
            gray grey black white format formats png jpg jpeg webp gif bmp quality aspect ratio
            compress compression blur sharpen invert effect effects filter filters pillow file
            files between smaller processing editing manipulation max maximum degrees converted
            resized cropped scaled down up shrink shrinks enlarge reduce reduces bigger larger
            given certain exact minimum make turn into jpegs pngs avatar banner profile optimise
            optimize watermarkless color colour colors transform transformation transformations
            sepialess angle 90 180 transparent specify specified choose chosen version later
            self hosted own under product products service tool simple batch-less send sends
            sent over via friendly whether where web square lighter loading faster user-uploaded
            user maker creator clone viewer pagination paginated page pages jpgs webps
        """,
        packages=("pillow", "python-multipart"),
        tests=(
            case(
                "images are resized",
                step(
                    call("POST", "/resize", query={"width": 4}, files=_FLAG),
                    prefix=_PNG,
                    headers={"x-image-width": "4", "x-image-height": "2", "content-type": "png"},
                ),
                step(
                    call("POST", "/resize", query={"width": 10, "height": 10}, files=_FLAG),
                    headers={"x-image-width": "10", "x-image-height": "5"},
                ),
                step(
                    call(
                        "POST",
                        "/resize",
                        query={"width": 3, "height": 3, "mode": "fill", "format": "jpeg"},
                        files=_FLAG,
                    ),
                    prefix=_JPEG,
                    headers={"x-image-width": "3", "x-image-height": "3"},
                ),
                step(
                    call("POST", "/thumbnail", query={"size": 2}, files=_PHOTO),
                    prefix=b"RIFF".hex(),
                    headers={"x-image-width": "2", "x-image-height": "2"},
                ),
                step(call("POST", "/thumbnail", files=_FLAG), headers={"x-image-width": "8"}),
            ),
            case(
                "images are cropped, turned and converted",
                step(
                    call(
                        "POST",
                        "/crop",
                        query={"left": 4, "top": 0, "width": 4, "height": 3},
                        files=_FLAG,
                    ),
                    headers={"x-image-width": "4", "x-image-height": "3"},
                ),
                step(
                    call(
                        "POST",
                        "/crop",
                        query={"left": 5, "top": 0, "width": 4, "height": 3},
                        files=_FLAG,
                    ),
                    422,
                    contains=["8 x 4"],
                ),
                step(
                    call("POST", "/convert", query={"rotate": "90"}, files=_FLAG),
                    headers={"x-image-width": "4", "x-image-height": "8"},
                ),
                step(
                    call("POST", "/convert", query={"format": "webp"}, files=_FLAG),
                    prefix=b"RIFF".hex(),
                    headers={"content-type": "image/webp"},
                ),
                step(call("POST", "/grayscale", files=_FLAG), prefix=_PNG),
            ),
            case(
                "what is no image, broken or too large is refused",
                step(call("POST", "/thumbnail", files=_NO_IMAGE), 422, contains=["PNG, JPEG"]),
                step(call("POST", "/thumbnail", files=_LARGE), 422, contains=["3,000,000"]),
                step(call("POST", "/thumbnail", files=_BOMB), 422),
                step(call("POST", "/resize", files=_FLAG), 422, contains=["width, height or both"]),
                step(call("POST", "/resize", query={"width": 0}, files=_FLAG), 422),
                step(call("POST", "/convert", query={"format": "exe"}, files=_FLAG), 422),
                step(call("POST", "/grayscale"), 422),
            ),
        ),
    ),
    Recipe(
        name="image_info",
        title="Image info",
        intents=(
            "image info",
            "average color image",
            "average color picture",
            "average colour photo",
            "camera photo",
            "picture metadata",
            "image properties",
            "jpeg metadata",
            "palette extractor photo",
            "palette extractor image",
            "main colours photo",
            "main colors photo",
            "main colours image",
            "main colors image",
            "extract palette",
            "image colors",
            "image colours",
            "color extractor image",
            "colour extractor photo",
            "dominant colours",
            "photo colors",
            "picture colors",
            "image color",
            "colours picture",
            "image size format",
            "image width height",
            "photo information",
            "analyse image",
            "analyze image",
            "image analysis",
            "image information",
            "image metadata",
            "photo metadata",
            "exif",
            "dominant color",
            "dominant colour",
            "image dimensions",
            "colors image",
            "colours image",
            "colors photo",
            "main color picture",
            "palette image",
        ),
        words="""
            image images picture pictures photo photos upload uploaded read reads extract
            extracts extraction metadata exif data info information width height dimensions size
            format mode camera dominant main average most common color colors colour colours
            palette file details analyse analyze hex aspect ratio model taken date time jpeg jpg
            png used which prominent analysis palettes whether transparency kind type tell shows
            inspect specify specified choose chosen version later self hosted own between under
            one three five six eight ten top extractor pick picker send sends sent over via
            friendly where mean lens settings maker creator clone viewer pagination paginated
            page pages
        """,
        packages=("pillow", "python-multipart"),
        tests=(
            case(
                "an image is described",
                step(
                    call("POST", "/info", files=_PHOTO),
                    has={
                        "format": "WEBP",
                        "width": 4,
                        "height": 3,
                        "aspect_ratio": "4:3",
                        "orientation": "landscape",
                        "exif": {"Make": "Acme", "DateTime": "2030:01:31 12:00:00"},
                    },
                ),
                step(
                    call("POST", "/info", files=_FLAG),
                    has={"format": "PNG", "mode": "RGB", "has_transparency": False, "exif": {}},
                ),
                step(call("POST", "/info", files=_LARGE), has={"width": 5000, "megapixels": 25}),
            ),
            case(
                "the dominant colours are found",
                step(
                    call("POST", "/colors", files=_PHOTO),
                    equals={
                        "dominant": [{"hex": "#336699", "rgb": [51, 102, 153], "percent": 100}],
                        "average": "#336699",
                    },
                ),
                step(
                    call("POST", "/colors", query={"count": 2}, files=_FLAG),
                    has={"average": "#800080"},
                    contains=["#ff0000", "#0000ff", "50.0"],
                ),
            ),
            case(
                "what is no image, broken or too large is refused",
                step(call("POST", "/info", files=_NO_IMAGE), 422, contains=["PNG, JPEG"]),
                step(call("POST", "/info", files=_BOMB), 422),
                step(call("POST", "/colors", files=_LARGE), 422, contains=["3,000,000"]),
                step(call("POST", "/colors", query={"count": 0}, files=_FLAG), 422),
                step(call("POST", "/colors"), 422),
            ),
        ),
    ),
    Recipe(
        name="placeholder_image",
        title="Placeholder images",
        intents=(
            "placeholder image",
            "dummy pictures",
            "dummy images",
            "dummy photo",
            "mockup images",
            "image mockups",
            "placeholder photo",
            "placeholder svg",
            "placeholder png",
            "filler image",
            "lorem picsum",
            "placehold",
            "placeholder picture",
            "dummy image",
            "image placeholder",
        ),
        words="""
            placeholder image images picture pictures dummy width height size sizes dimension
            dimensions text label color colour colors background foreground png svg pixels
            custom solid lorem picsum mockup mockups like co hold placehold grey gray box boxes
            wireframe wireframes design prototype rectangle caption filler generator generated
            page specify specified choose chosen version later self hosted own between under
            website app layout send sends sent over via friendly whether where maker creator
            clone viewer pagination paginated pages
        """,
        packages=("pillow",),
        tests=(
            case(
                "boxes of any size",
                step(
                    get("/300x200.png"),
                    headers={"content-type": "image/png"},
                    prefix="89504e470d0a1a0a0000000d494844520000012c000000c8",
                ),
                step(get("/1x1.png"), prefix=_PNG),
                step(
                    get("/640x480.svg", background="336699"),
                    headers={"content-type": "image/svg+xml"},
                    contains=["640 x 480", "#336699"],
                ),
            ),
            case(
                "with a text that cannot break out",
                step(get("/300x200.svg", text="<script>"), contains=["&lt;script&gt;"]),
                step(get("/300x200.svg", text="Hello"), contains=[">Hello<"], lacks=["300 x"]),
                step(get("/300x200.png", text="Grüße"), prefix=_PNG),
            ),
            case(
                "bounded",
                step(get("/2001x10.png"), 422, contains=["2000"]),
                step(get("/0x10.svg"), 422),
                step(get("/axb.svg"), 422),
                step(get("/10x10.svg", color="red"), 422),
                step(get("/10x10.svg", text="x" * 61), 422),
            ),
        ),
    ),
)
