"""Secrets in the database: sealed, handed to the deployer only, gone with their Api."""

from __future__ import annotations

from uuid import UUID

import pytest

from apibuilder.errors import NotFound, SecretUnreadable, TooManySecrets
from apibuilder.store.postgres import PostgresDeployerStore, PostgresSecretStore
from apibuilder.store.postgres.secrets import MAX_SECRETS
from apibuilder.store.sealing import Sealer
from tests.integration.store.conftest import Stores

VALUE = "s3cr3t-value-nobody-sees"
NEW = bytes([1] * 32)


async def test_a_secret_is_sealed_and_reaches_the_worker(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner)
    await stores.serve(made)
    ref = str(made.api_id)
    secret = await stores.secrets.set(owner, ref, "TOKEN", VALUE)
    assert secret.deployment_id is not None
    assert (await stores.deployer.spec(secret.deployment_id)).env == {"TOKEN": VALUE}
    assert VALUE not in repr(await stores.deployer.spec(secret.deployment_id))
    (wanted,) = [one for one in await stores.deployer.wanted(0) if one.api_id == made.api_id]
    assert [one.id for one in wanted.deployments] == [made.deployment_id, secret.deployment_id]
    assert [one.name for one in await stores.secrets.of_api(owner, ref)] == ["TOKEN"]
    for table in ("secrets", "audit_log", "deployments"):
        rows = await stores.database.fetch(f"select t::text as row from {table} t")
        assert rows
        for hidden in (VALUE, VALUE.encode().hex()):
            assert all(hidden not in row["row"] for row in rows)


async def test_changed_and_deleted(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner)
    ref = str(made.api_id)
    await stores.secrets.set(owner, ref, "TOKEN", "one")
    secret = await stores.secrets.set(owner, ref, "TOKEN", "two")
    assert secret.deployment_id is not None
    assert (await stores.deployer.spec(secret.deployment_id)).env == {"TOKEN": "two"}
    deployment_id = await stores.secrets.delete(owner, ref, "TOKEN")
    assert (await stores.deployer.spec(deployment_id)).env == {}
    with pytest.raises(NotFound):
        await stores.secrets.delete(owner, ref, "TOKEN")


async def test_nobody_elses(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner)
    other = await stores.account()
    ref = str(made.api_id)
    with pytest.raises(NotFound):
        await stores.secrets.set(other, ref, "TOKEN", VALUE)
    with pytest.raises(NotFound):
        await stores.secrets.of_api(other, ref)
    with pytest.raises(NotFound):
        await stores.secrets.delete(other, ref, "TOKEN")


async def test_there_is_an_end_to_how_many(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner)
    await stores.database.execute(
        "insert into secrets (api_id, name, key_id, sealed)"
        " select $1, 'S' || n, 'k', decode(repeat('00', 28), 'hex')"
        " from generate_series(1, $2::int) n",
        made.api_id,
        MAX_SECRETS,
    )
    with pytest.raises(TooManySecrets):
        await stores.secrets.set(owner, str(made.api_id), "MORE", "x")
    await stores.secrets.set(owner, str(made.api_id), "S1", "x")


async def test_another_key_of_the_platform(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner)
    await stores.secrets.set(owner, str(made.api_id), "TOKEN", VALUE)
    newer = Sealer([NEW])
    with pytest.raises(SecretUnreadable):
        await PostgresDeployerStore(stores.database, newer).spec(made.deployment_id)
    ring = Sealer([NEW, bytes(32)])
    await PostgresSecretStore(stores.database, ring, backend="memory").reseal()
    spec = await PostgresDeployerStore(stores.database, newer).spec(made.deployment_id)
    assert spec.env == {"TOKEN": VALUE}


async def test_a_deleted_api_leaves_none(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner)
    await stores.secrets.set(owner, str(made.api_id), "TOKEN", VALUE)
    await stores.apis.delete(owner, str(made.api_id))
    await stores.deployer.purged(made.api_id)
    left = "select count(*) from secrets where api_id = $1"
    assert await stores.database.fetchval(left, made.api_id) == 0
