//! Why a pool does not take a transaction, as far as nodes agree on words for it.

/// What a pool's refusal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It has the transaction already: wait.
    Known,
    /// Another transaction holds the nonce, and pays too much for this one to replace it; or the fees are below the pool's
    /// least: raise them.
    Underpriced,
    /// The account has a transaction of the other kind, with blobs or without, and one kind cannot replace the other.
    Reserved,
    /// The nonce is used.
    Used,
    /// The account cannot pay for it.
    Funds,
    /// Anything else: what is on the chain tells.
    Other,
}

impl Refusal {
    /// By the words of geth, reth, Erigon, Nethermind, Besu and anvil.
    pub(super) fn of(message: &str) -> Self {
        let message = message.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|words| message.contains(words));
        if says(&["already known", "alreadyknown", "known transaction", "already imported"]) {
            Self::Known
        } else if says(&[
            "already reserved",
            "conflicting pooled transaction",
            "exclusive",
            "type conflict",
            "conflictingtype",
        ]) {
            Self::Reserved
        } else if says(&[
            "underpriced",
            "too low to replace",
            "toolowtocompete",
            "fee too low",
            "gas price below minimum",
        ]) {
            Self::Underpriced
        } else if says(&["nonce too low", "oldnonce", "nonce is too low", "invalid nonce"]) {
            Self::Used
        } else if says(&["insufficient funds", "insufficientfunds", "exceeds account balance"])
            || says(&["up-front cost", "upfront cost"]) && says(&["balance"])
        {
            Self::Funds
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_pools_are_understood() {
        for (message, refusal) in [
            ("already known", Refusal::Known),
            ("AlreadyKnown", Refusal::Known),
            ("transaction already imported", Refusal::Known),
            ("replacement transaction underpriced", Refusal::Underpriced),
            ("transaction underpriced: gas tip cap 0, minimum needed 1", Refusal::Underpriced),
            ("FeeTooLowToCompete", Refusal::Underpriced),
            ("address already reserved", Refusal::Reserved),
            ("nonce too low: next nonce 5, tx nonce 4", Refusal::Used),
            ("OldNonce", Refusal::Used),
            ("pending transaction type conflict", Refusal::Reserved),
            ("PendingTxsOfConflictingType", Refusal::Reserved),
            ("transaction gas price below minimum: gas tip cap 0, needed 1", Refusal::Underpriced),
            ("insufficient funds for gas * price + value", Refusal::Funds),
            ("InsufficientFunds, Account balance: 0, cumulative cost: 1", Refusal::Funds),
            ("Upfront cost exceeds account balance", Refusal::Funds),
            (
                "transaction up-front cost 0x2 exceeds transaction sender account balance 0x1",
                Refusal::Funds,
            ),
            ("node is syncing", Refusal::Other),
        ] {
            assert_eq!(Refusal::of(message), refusal, "{message}");
        }
    }
}
