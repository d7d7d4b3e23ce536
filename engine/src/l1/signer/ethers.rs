//! A local key of `ethers-signers` behind alloy's signer traits.

use alloy::{
    consensus::SignableTransaction,
    network::{TxSigner, impl_into_wallet},
    primitives::{Address, B256, ChainId, Signature, U256},
    signers::{Error, Result, Signer, SignerSync, sign_transaction_with_chain_id},
};
use async_trait::async_trait;
use ethers_core::types::{H256, Signature as EthersSignature};
use ethers_signers::{LocalWallet, Signer as _};

// the path that `sign_transaction_with_chain_id!` expands to
use alloy::signers as alloy_signer;

/// A key held in memory that signs L1 transactions.
///
/// The chain id, once set, is enforced on every transaction: a key for one chain never signs for another.
#[derive(Clone, Debug)]
pub struct EthersSigner {
    wallet: LocalWallet,
    chain_id: Option<ChainId>,
}

impl EthersSigner {
    /// Wraps a decrypted key.
    #[must_use]
    pub const fn new(wallet: LocalWallet) -> Self {
        Self { wallet, chain_id: None }
    }

    fn convert(signature: &EthersSignature) -> Signature {
        let (mut r, mut s) = ([0; 32], [0; 32]);
        signature.r.to_big_endian(&mut r);
        signature.s.to_big_endian(&mut s);
        // ethers gives v as 27 or 28
        Signature::new(
            U256::from_be_bytes(r),
            U256::from_be_bytes(s),
            signature.v.is_multiple_of(2),
        )
    }
}

impl SignerSync for EthersSigner {
    fn sign_hash_sync(&self, hash: &B256) -> Result<Signature> {
        let signature = self.wallet.sign_hash(H256(hash.0)).map_err(Error::other)?;
        Ok(Self::convert(&signature))
    }

    fn chain_id_sync(&self) -> Option<ChainId> {
        self.chain_id
    }
}

#[async_trait]
impl Signer for EthersSigner {
    async fn sign_hash(&self, hash: &B256) -> Result<Signature> {
        self.sign_hash_sync(hash)
    }

    fn address(&self) -> Address {
        Address::from(self.wallet.address().0)
    }

    fn chain_id(&self) -> Option<ChainId> {
        self.chain_id
    }

    fn set_chain_id(&mut self, chain_id: Option<ChainId>) {
        self.chain_id = chain_id;
    }
}

#[async_trait]
impl TxSigner<Signature> for EthersSigner {
    fn address(&self) -> Address {
        Signer::address(self)
    }

    async fn sign_transaction(
        &self,
        tx: &mut dyn SignableTransaction<Signature>,
    ) -> Result<Signature> {
        sign_transaction_with_chain_id!(self, tx, self.sign_hash_sync(&tx.signature_hash()))
    }
}

impl_into_wallet!(EthersSigner);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use alloy::{
        consensus::{TxEip1559, transaction::SignerRecoverable},
        network::TxSignerSync,
        primitives::keccak256,
        signers::local::PrivateKeySigner,
    };

    use super::*;

    const KEY: [u8; 32] = [0x42; 32];

    fn both() -> (EthersSigner, PrivateKeySigner) {
        (
            EthersSigner::new(LocalWallet::from_bytes(&KEY).unwrap()),
            PrivateKeySigner::from_slice(&KEY).unwrap(),
        )
    }

    #[test]
    fn signs_byte_for_byte_what_alloys_own_signer_signs() {
        let (ours, theirs) = both();
        assert_eq!(Signer::address(&ours), theirs.address());
        for i in 0..64_u8 {
            let hash = keccak256([i]);
            assert_eq!(
                ours.sign_hash_sync(&hash).unwrap(),
                theirs.sign_hash_sync(&hash).unwrap(),
                "hash {i}"
            );
        }
    }

    #[tokio::test]
    async fn a_signed_transaction_recovers_the_key() {
        let (mut ours, mut theirs) = both();
        ours.set_chain_id(Some(31337));
        theirs.set_chain_id(Some(31337));
        let mut tx = TxEip1559 { chain_id: 31337, gas_limit: 21_000, ..TxEip1559::default() };
        let signature = ours.sign_transaction(&mut tx).await.unwrap();
        assert_eq!(signature, theirs.sign_transaction_sync(&mut tx).unwrap());
        let signed = alloy::consensus::TxEnvelope::from(tx.into_signed(signature));
        assert_eq!(signed.recover_signer().unwrap(), theirs.address());
    }

    #[tokio::test]
    async fn refuses_a_transaction_for_another_chain() {
        let (mut ours, _) = both();
        ours.set_chain_id(Some(1));
        let mut tx = TxEip1559 { chain_id: 5, ..TxEip1559::default() };
        assert!(matches!(
            ours.sign_transaction(&mut tx).await,
            Err(Error::TransactionChainIdMismatch { signer: 1, tx: 5 })
        ));
    }
}
