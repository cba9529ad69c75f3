"""The store's ports on Postgres (asyncpg): one class a noun, all on one `Database`."""

from apibuilder.store.postgres.accounts import PostgresAccountStore
from apibuilder.store.postgres.apis import PostgresApiStore
from apibuilder.store.postgres.billing import PostgresBillingStore
from apibuilder.store.postgres.canaries import PostgresCanaryStore
from apibuilder.store.postgres.database import Database
from apibuilder.store.postgres.deployer import PostgresDeployerStore
from apibuilder.store.postgres.deployments import PostgresDeploymentStore
from apibuilder.store.postgres.edits import PostgresEditStore
from apibuilder.store.postgres.gateway import PostgresGatewayStore
from apibuilder.store.postgres.generations import PostgresGenerationStore
from apibuilder.store.postgres.keys import PostgresKeyStore
from apibuilder.store.postgres.logs import PostgresLogStore
from apibuilder.store.postgres.marketplace import PostgresMarketStore
from apibuilder.store.postgres.metrics import PostgresMetricsStore
from apibuilder.store.postgres.schedules import PostgresScheduleStore
from apibuilder.store.postgres.secrets import PostgresSecretStore
from apibuilder.store.postgres.usage import PostgresUsageStore

__all__ = [
    "Database",
    "PostgresAccountStore",
    "PostgresApiStore",
    "PostgresBillingStore",
    "PostgresCanaryStore",
    "PostgresDeployerStore",
    "PostgresDeploymentStore",
    "PostgresEditStore",
    "PostgresGatewayStore",
    "PostgresGenerationStore",
    "PostgresKeyStore",
    "PostgresLogStore",
    "PostgresMarketStore",
    "PostgresMetricsStore",
    "PostgresScheduleStore",
    "PostgresSecretStore",
    "PostgresUsageStore",
]
