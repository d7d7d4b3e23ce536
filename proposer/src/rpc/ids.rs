//! Ids of filters and subscriptions.

use jsonrpsee::{core::traits::IdProvider, server::RandomIntegerIdProvider, types::SubscriptionId};

/// Random numbers in the form that Ethereum's clients expect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HexIds;

impl IdProvider for HexIds {
    fn next_id(&self) -> SubscriptionId<'static> {
        match RandomIntegerIdProvider.next_id() {
            SubscriptionId::Num(id) => SubscriptionId::Str(format!("{id:#x}").into()),
            id @ SubscriptionId::Str(_) => id,
        }
    }
}
