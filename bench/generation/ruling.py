"""Levels 4 and 5: APIs with state and rules of their own."""

from __future__ import annotations

from apibuilder.generator.recipes.steps import call, get, post, step
from bench.generation.task import task

TASKS = (
    task("counter", 4, """Named counters. POST /counters takes {"name": string}, answers 201 with {"name":
        string, "value": 0}, 409 if the name exists already. POST /counters/{name}/increment takes {"by":
        integer} and returns the counter with its new value. GET /counters/{name} returns {"name": string,
        "value": integer}, 404 if unknown.""",
        step(post("/counters", {"name": "a"}), 201, has={"name": "a", "value": 0}), step(post("/counters", {"name": "a"}), 409),
        step(post("/counters/a/increment", {"by": 5}), has={"value": 5}), step(post("/counters/a/increment", {"by": -2}), has={"value": 3}),
        step(get("/counters/a"), has={"name": "a", "value": 3}), step(get("/counters/b"), 404)),
    task("library", 4, """A lending library. POST /books takes {"title": string, "copies": integer >= 1},
        answers 201. POST /books/{id}/borrow lends one copy and returns the book; 409 if no copy is left.
        POST /books/{id}/return brings one back and returns the book. GET /books/{id} shows the book with
        its copies, 404 if unknown.""",
        step(post("/books", {"title": "T", "copies": 1}), 201, capture={"id": "id"}),
        step(call("POST", "/books/{id}/borrow"), has={"copies": 0}), step(call("POST", "/books/{id}/borrow"), 409),
        step(call("POST", "/books/{id}/return"), has={"copies": 1}), step(get("/books/{id}"), has={"title": "T", "copies": 1}),
        step(get("/books/99"), 404), step(call("POST", "/books/99/borrow"), 404)),
    task("shortener", 4, """A link shortener. POST /links takes {"url": string} and answers 201 with {"code":
        string, "url": string}; the code has 6 letters or digits. GET /links/{code} returns {"url": string,
        "visits": integer}. GET /go/{code} redirects to the url with 307 and counts a visit. 404 for an
        unknown code.""",
        step(post("/links", {"url": "https://example.com/x"}), 201, has={"url": "https://example.com/x"}, capture={"c": "code"}),
        step(get("/go/{c}"), 307, headers={"location": "https://example.com/x"}),
        step(get("/links/{c}"), has={"url": "https://example.com/x", "visits": 1}), step(get("/go/nothing"), 404), step(get("/links/zzz"), 404)),
    task("stock", 4, """Inventory. POST /items takes {"name": string, "quantity": integer >= 0}, 201. POST
        /items/{id}/move takes {"change": integer} and adds it to the quantity, returning the item; 409 if the
        quantity would be below zero. GET /items lists items; GET /items/{id} shows one, 404 if unknown.""",
        step(post("/items", {"name": "nut", "quantity": 5}), 201, capture={"id": "id"}), step(post("/items/{id}/move", {"change": -3}), has={"quantity": 2}),
        step(post("/items/{id}/move", {"change": -3}), 409), step(get("/items/{id}"), has={"quantity": 2}),
        step(post("/items/{id}/move", {"change": 10}), has={"quantity": 12}), step(post("/items/99/move", {"change": 1}), 404),
        step(get("/items"), contains=["nut"])),
    task("accounts", 4, """Bank accounts. POST /accounts takes {"owner": string} and answers 201 with {"id":
        integer, "owner": string, "balance": 0}. POST /accounts/{id}/deposit and POST /accounts/{id}/withdraw
        take {"amount": number > 0} and return the account; 409 if the balance is too low; an amount that is
        not above zero answers 422. GET /accounts/{id} shows the account, 404 if unknown.""",
        step(post("/accounts", {"owner": "Ada"}), 201, has={"owner": "Ada", "balance": 0}, capture={"id": "id"}),
        step(post("/accounts/{id}/deposit", {"amount": 50}), has={"balance": 50}), step(post("/accounts/{id}/withdraw", {"amount": 20}), has={"balance": 30}),
        step(post("/accounts/{id}/withdraw", {"amount": 100}), 409), step(get("/accounts/{id}"), has={"balance": 30}),
        step(post("/accounts/{id}/deposit", {"amount": -1}), 422), step(get("/accounts/99"), 404)),
    task("votes", 4, """Polls. POST /polls takes {"question": string, "options": list of strings}, answers 201.
        POST /polls/{id}/vote takes {"option": string}; an option that the poll does not have answers 400.
        GET /polls/{id}/results returns {"results": object} with the number of votes of each option. 404 for
        an unknown poll.""",
        step(post("/polls", {"question": "?", "options": ["a", "b"]}), 201, capture={"id": "id"}), step(post("/polls/{id}/vote", {"option": "a"})),
        step(post("/polls/{id}/vote", {"option": "c"}), 400), step(get("/polls/{id}/results"), has={"results": {"a": 1, "b": 0}}),
        step(get("/polls/99/results"), 404), step(post("/polls/99/vote", {"option": "a"}), 404)),
    task("ratings", 4, """Movies with ratings. POST /movies takes {"title": string}, 201. POST
        /movies/{id}/ratings takes {"stars": integer 1-5}, 201. GET /movies/{id} returns {"id": integer,
        "title": string, "average": number, "ratings": integer}: the average of its stars and how many
        ratings there are, both 0 without any. 404 for an unknown movie.""",
        step(post("/movies", {"title": "M"}), 201, capture={"id": "id"}), step(get("/movies/{id}"), has={"title": "M", "average": 0, "ratings": 0}),
        step(post("/movies/{id}/ratings", {"stars": 4}), 201), step(post("/movies/{id}/ratings", {"stars": 5}), 201),
        step(get("/movies/{id}"), has={"average": 4.5, "ratings": 2}), step(post("/movies/{id}/ratings", {"stars": 6}), 422), step(get("/movies/99"), 404)),
    task("queue", 4, """A queue of messages: POST /queue takes {"message": string} and answers 201. POST
        /queue/next removes the oldest message and returns it as {"message": string}; 404 if the queue is
        empty. GET /queue/size returns {"size": integer}.""",
        step(get("/queue/size"), has={"size": 0}), step(post("/queue", {"message": "a"}), 201), step(post("/queue", {"message": "b"}), 201),
        step(get("/queue/size"), has={"size": 2}), step(call("POST", "/queue/next"), has={"message": "a"}),
        step(call("POST", "/queue/next"), has={"message": "b"}), step(call("POST", "/queue/next"), 404)),
    task("cart", 5, """A shopping cart. POST /carts answers 201 with {"id": integer}. POST /carts/{id}/items
        takes {"name": string, "price": number >= 0, "quantity": integer >= 1} and answers 201. GET
        /carts/{id} returns {"items": list, "total": number}, the total of price times quantity rounded to 2
        digits. DELETE /carts/{id}/items/{name} removes an item with 204, 404 if it is not in the cart.
        404 for an unknown cart.""",
        step(call("POST", "/carts"), 201, capture={"id": "id"}), step(post("/carts/{id}/items", {"name": "a", "price": 1.5, "quantity": 2}), 201),
        step(post("/carts/{id}/items", {"name": "b", "price": 2, "quantity": 1}), 201), step(get("/carts/{id}"), has={"total": 5}),
        step(call("DELETE", "/carts/{id}/items/a"), 204), step(get("/carts/{id}"), has={"total": 2}),
        step(call("DELETE", "/carts/{id}/items/a"), 404), step(get("/carts/99"), 404)),
    task("rooms", 5, """Room bookings. POST /rooms takes {"name": string}, 201. POST /rooms/{id}/bookings takes
        {"start": integer, "end": integer} (hours of a day, 0 to 24); 400 if end is not after start, 409 if it
        overlaps another booking of the room, else 201. GET /rooms/{id}/bookings lists the bookings of the room
        by start. 404 for an unknown room.""",
        step(post("/rooms", {"name": "r"}), 201, capture={"id": "id"}), step(post("/rooms/{id}/bookings", {"start": 12, "end": 14}), 201),
        step(post("/rooms/{id}/bookings", {"start": 8, "end": 12}), 201), step(post("/rooms/{id}/bookings", {"start": 13, "end": 15}), 409),
        step(post("/rooms/{id}/bookings", {"start": 5, "end": 5}), 400),
        step(get("/rooms/{id}/bookings"), has=[{"start": 8}, {"start": 12}]), step(get("/rooms/99/bookings"), 404)),
    task("expenses", 5, """Shared expenses. POST /expenses takes {"payer": string, "amount": number > 0, "people":
        list of strings} and answers 201: the amount is shared equally among people. GET /balances returns
        {"balances": object}: for each person what they paid less their share, rounded to 2 digits.""",
        step(get("/balances"), has={"balances": {}}), step(post("/expenses", {"payer": "a", "amount": 30, "people": ["a", "b", "c"]}), 201),
        step(get("/balances"), has={"balances": {"a": 20, "b": -10, "c": -10}}),
        step(post("/expenses", {"payer": "b", "amount": 20, "people": ["a", "b"]}), 201),
        step(get("/balances"), has={"balances": {"a": 10, "b": 0, "c": -10}}), step(post("/expenses", {"payer": "a", "amount": 0, "people": ["a"]}), 422)),
    task("tictactoe", 5, """Tic-tac-toe. POST /games answers 201 with {"id": integer, "board": list of 9 strings,
        all empty, "next": "X"}. POST /games/{id}/moves takes {"cell": integer 0-8} and plays for whose turn it
        is, returning the game; 409 if the cell is taken or the game is over. GET /games/{id} returns the game
        with "winner": "X", "O" or null. 404 for an unknown game.""",
        step(call("POST", "/games"), 201, has={"next": "X"}, capture={"id": "id"}), step(post("/games/{id}/moves", {"cell": 0}), has={"next": "O"}),
        step(post("/games/{id}/moves", {"cell": 0}), 409), step(post("/games/{id}/moves", {"cell": 3})), step(post("/games/{id}/moves", {"cell": 1})),
        step(post("/games/{id}/moves", {"cell": 4})), step(post("/games/{id}/moves", {"cell": 2})), step(get("/games/{id}"), has={"winner": "X"}),
        step(post("/games/{id}/moves", {"cell": 8}), 409), step(get("/games/99"), 404)),
    task("orders", 5, """Orders with a state. POST /orders takes {"item": string}, answers 201 with {"id": integer,
        "item": string, "status": "new"}. POST /orders/{id}/pay makes a new order paid, POST /orders/{id}/ship
        makes a paid order shipped, POST /orders/{id}/cancel cancels one that is not shipped; each returns the
        order, 409 if its status does not allow that. GET /orders?status= lists orders. 404 if unknown.""",
        step(post("/orders", {"item": "i"}), 201, has={"status": "new"}, capture={"id": "id"}), step(call("POST", "/orders/{id}/ship"), 409),
        step(call("POST", "/orders/{id}/pay"), has={"status": "paid"}), step(call("POST", "/orders/{id}/pay"), 409),
        step(call("POST", "/orders/{id}/ship"), has={"status": "shipped"}), step(call("POST", "/orders/{id}/cancel"), 409),
        step(get("/orders", status="shipped"), contains=['"i"']), step(call("POST", "/orders/99/pay"), 404)),
    task("leaderboard", 5, """A leaderboard. POST /scores takes {"player": string, "score": integer} and answers 201;
        only the best score of a player counts. GET /leaderboard?limit=10 returns a list of {"rank": integer,
        "player": string, "score": integer}, the highest first. GET /players/{player} returns {"player": string,
        "best": integer, "rank": integer}, 404 if unknown.""",
        step(post("/scores", {"player": "a", "score": 10}), 201), step(post("/scores", {"player": "b", "score": 20}), 201),
        step(post("/scores", {"player": "a", "score": 30}), 201), step(get("/leaderboard"), equals=[{"rank": 1, "player": "a", "score": 30}, {"rank": 2, "player": "b", "score": 20}]),
        step(get("/leaderboard", limit=1), lacks=['"b"']), step(get("/players/b"), has={"best": 20, "rank": 2}), step(get("/players/z"), 404)),
    task("keyvalue", 4, """A key-value store: PUT /store/{key} takes {"value": string} and answers {"key": string,
        "value": string}; GET /store/{key} returns the same, 404 if the key is unknown; DELETE /store/{key} answers
        204, 404 if unknown; GET /store lists all keys as {"keys": list of strings}, sorted.""",
        step(call("PUT", "/store/b", body={"value": "1"}), has={"key": "b", "value": "1"}), step(call("PUT", "/store/a", body={"value": "2"})),
        step(get("/store/b"), has={"value": "1"}), step(get("/store"), has={"keys": ["a", "b"]}), step(call("DELETE", "/store/b"), 204),
        step(get("/store/b"), 404), step(call("DELETE", "/store/b"), 404)),
    task("habits", 5, """Habits. POST /habits takes {"name": string}, 201. POST /habits/{id}/checkins takes {"date":
        date}, 201, 409 if that date is checked in already. GET /habits/{id}/streak returns {"longest": integer}, the
        longest run of consecutive days, 0 without any. 404 if unknown.""",
        step(post("/habits", {"name": "run"}), 201, capture={"id": "id"}), step(get("/habits/{id}/streak"), has={"longest": 0}),
        step(post("/habits/{id}/checkins", {"date": "2030-01-01"}), 201), step(post("/habits/{id}/checkins", {"date": "2030-01-02"}), 201),
        step(post("/habits/{id}/checkins", {"date": "2030-01-02"}), 409), step(post("/habits/{id}/checkins", {"date": "2030-01-05"}), 201),
        step(get("/habits/{id}/streak"), has={"longest": 2}), step(get("/habits/99/streak"), 404)),
)  # fmt: skip
