"""Level 3: APIs that keep things, and say exactly how."""

from __future__ import annotations

from apibuilder.generator.recipes.steps import call, get, post, step
from bench.generation.task import task

TASKS = (
    task("notes", 3, """A notes API. POST /notes takes {"title": string, "text": string} and answers 201
        with the note and its integer id. GET /notes returns the list of all notes. GET /notes/{id}
        returns one, 404 if there is none. DELETE /notes/{id} answers 204.""",
        step(post("/notes", {"title": "A", "text": "x"}), 201, has={"title": "A", "text": "x"}, capture={"id": "id"}),
        step(get("/notes/{id}"), has={"title": "A", "id": "{id}"}),
        step(get("/notes"), contains=['"A"']), step(post("/notes", {"title": "A"}), 422),
        step(get("/notes/999"), 404), step(call("DELETE", "/notes/{id}"), 204), step(get("/notes/{id}"), 404)),
    task("contacts", 3, """Manage contacts with name, phone and an optional email: POST /contacts creates
        one (201), GET /contacts/{id} reads one, PUT /contacts/{id} replaces it, DELETE /contacts/{id}
        removes it (204), and GET /contacts lists them. Unknown ids answer 404.""",
        step(post("/contacts", {"name": "Ada", "phone": "123"}), 201, has={"name": "Ada"}, capture={"id": "id"}),
        step(get("/contacts/{id}"), has={"phone": "123"}),
        step(call("PUT", "/contacts/{id}", body={"name": "Bo", "phone": "456"}), has={"name": "Bo", "phone": "456"}),
        step(get("/contacts/{id}"), has={"name": "Bo"}), step(get("/contacts/777"), 404),
        step(call("DELETE", "/contacts/{id}"), 204), step(get("/contacts/{id}"), 404)),
    task("books", 3, """A book catalogue. POST /books with {"title": string, "author": string, "year":
        integer} answers 201 and the book with its id; GET /books?author=X lists books, only those of
        that author if it is given; GET /books/{id} shows one or answers 404; PATCH /books/{id} changes
        only the fields that are sent.""",
        step(post("/books", {"title": "T", "author": "X", "year": 1999}), 201, capture={"id": "id"}),
        step(post("/books", {"title": "U", "author": "Y", "year": 2001}), 201),
        step(get("/books", author="X"), contains=['"T"'], lacks=['"U"']), step(get("/books"), contains=['"U"']),
        step(call("PATCH", "/books/{id}", body={"year": 2000}), has={"title": "T", "year": 2000}),
        step(get("/books/4242"), 404), step(post("/books", {"title": "T", "author": "X", "year": "x"}), 422)),
    task("tasks", 3, """A task list: POST /tasks takes {"title": string} and answers 201 with {"id": integer,
        "title": string, "done": false}. POST /tasks/{id}/done marks the task as done and returns it.
        GET /tasks?done=true filters by done, without it all tasks are listed. 404 for an unknown task.""",
        step(post("/tasks", {"title": "a"}), 201, has={"title": "a", "done": False}, capture={"id": "id"}),
        step(post("/tasks", {"title": "b"}), 201), step(call("POST", "/tasks/{id}/done"), has={"done": True, "title": "a"}),
        step(get("/tasks", done="true"), contains=['"a"'], lacks=['"b"']),
        step(get("/tasks", done="false"), contains=['"b"'], lacks=['"a"']), step(call("POST", "/tasks/999/done"), 404)),
    task("products", 3, """Products have name (string), price (number, at least 0) and category (one of
        food, toys, books). POST /products creates one, 201. GET /products lists them and takes the
        optional query parameters category, min_price and max_price. GET /products/{id} gets one, 404
        if unknown.""",
        step(post("/products", {"name": "ball", "price": 5, "category": "toys"}), 201, has={"name": "ball"}, capture={"id": "id"}),
        step(post("/products", {"name": "bread", "price": 2, "category": "food"}), 201),
        step(get("/products", category="toys"), contains=["ball"], lacks=["bread"]),
        step(get("/products", max_price=3), contains=["bread"], lacks=["ball"]),
        step(get("/products/{id}"), has={"price": 5}), step(get("/products/99"), 404),
        step(post("/products", {"name": "x", "price": -1, "category": "toys"}), 422),
        step(post("/products", {"name": "x", "price": 1, "category": "cars"}), 422)),
    task("comments", 3, """Posts with comments. POST /posts takes {"title": string} and answers 201 with its
        id. POST /posts/{post_id}/comments takes {"author": string, "text": string} and answers 201.
        GET /posts/{post_id}/comments lists the comments of that post. 404 for an unknown post.""",
        step(post("/posts", {"title": "p"}), 201, capture={"p": "id"}), step(post("/posts", {"title": "q"}), 201, capture={"q": "id"}),
        step(post("/posts/{p}/comments", {"author": "Ada", "text": "hi"}), 201, has={"author": "Ada"}),
        step(get("/posts/{p}/comments"), contains=["Ada"]), step(get("/posts/{q}/comments"), lacks=["Ada"]),
        step(get("/posts/999/comments"), 404), step(post("/posts/999/comments", {"author": "A", "text": "x"}), 404)),
    task("users", 3, """POST /users registers a user with {"username": string, "email": email}, 201; a
        username that is already taken answers 409. GET /users/{username} returns the user, 404 if
        there is none. GET /users lists all.""",
        step(post("/users", {"username": "ada", "email": "ada@example.com"}), 201, has={"username": "ada"}),
        step(post("/users", {"username": "ada", "email": "b@example.com"}), 409), step(get("/users/ada"), has={"email": "ada@example.com"}),
        step(get("/users/bob"), 404), step(get("/users"), contains=["ada"]),
        step(post("/users", {"username": "bob", "email": "no"}), 422)),
    task("events", 3, """An events API: POST /events takes {"name": string, "date": date, "seats": integer
        >= 1}, answers 201. GET /events/{id} shows an event. DELETE /events/{id} deletes it with 204.
        GET /events lists events. Unknown events answer 404.""",
        step(post("/events", {"name": "e", "date": "2030-05-01", "seats": 3}), 201, has={"date": "2030-05-01"}, capture={"id": "id"}),
        step(get("/events/{id}"), has={"seats": 3}), step(post("/events", {"name": "e", "date": "soon", "seats": 3}), 422),
        step(post("/events", {"name": "e", "date": "2030-05-01", "seats": 0}), 422), step(call("DELETE", "/events/{id}"), 204),
        step(call("DELETE", "/events/{id}"), 404)),
)  # fmt: skip
