"""The ports of the store: one small Protocol a noun, and the values that go in.

Every method raises Unavailable when the database is away, and NotFound for what does not exist or
belongs to another account: ownership is part of the query, never checked beside it.
"""

from __future__ import annotations

from apibuilder.store.base.accounts import (
    AccountStore,
    GenerationEnd,
    GenerationStore,
    KeyStore,
    SecretStore,
    UsageStore,
)
from apibuilder.store.base.billing import BillingStore
from apibuilder.store.base.canaries import CanaryEnd, CanaryStore, Trial
from apibuilder.store.base.deployer import DeployerStore, LiveDeployment, WantedApi
from apibuilder.store.base.edits import EditStore
from apibuilder.store.base.gateway import Change, GatewayStore, MonthCalls
from apibuilder.store.base.logs import LogPosition, LogStore, StoredLine
from apibuilder.store.base.marketplace import (
    DueReplay,
    Listing,
    MarketStore,
    NewListing,
    Offer,
    Origin,
    Replay,
    Subscription,
    SubscriptionChange,
)
from apibuilder.store.base.metrics import DeployMark, MetricsStore, Slice, Split
from apibuilder.store.base.publishing import (
    ApiStore,
    DeploymentStore,
    IdempotencyKey,
    Made,
    NewApi,
    NewRevision,
    Remix,
    Wishes,
)
from apibuilder.store.base.schedules import NewSchedule, ScheduleStore, Turn

__all__ = [
    "AccountStore",
    "ApiStore",
    "BillingStore",
    "CanaryEnd",
    "CanaryStore",
    "Change",
    "DeployMark",
    "DeployerStore",
    "DeploymentStore",
    "DueReplay",
    "EditStore",
    "GatewayStore",
    "GenerationEnd",
    "GenerationStore",
    "IdempotencyKey",
    "KeyStore",
    "Listing",
    "LiveDeployment",
    "LogPosition",
    "LogStore",
    "Made",
    "MarketStore",
    "MetricsStore",
    "MonthCalls",
    "NewApi",
    "NewListing",
    "NewRevision",
    "NewSchedule",
    "Offer",
    "Origin",
    "Remix",
    "Replay",
    "ScheduleStore",
    "SecretStore",
    "Slice",
    "Split",
    "StoredLine",
    "Subscription",
    "SubscriptionChange",
    "Trial",
    "Turn",
    "UsageStore",
    "WantedApi",
    "Wishes",
]
