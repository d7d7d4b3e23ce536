//! A local key of `ethers-signers`, with alloy's types.

use alloy::{
    primitives::{Address, B256, ChainId, Signature, U256},
    signers::{Error, Result, SignerSync},
};
use ethers_core::types::{H256, Signature as EthersSignature};
use ethers_signers::{LocalWallet, Signer as _};

/// A key held in memory.
#[derive(Clone, Debug)]
pub(super) struct EthersSigner(LocalWallet);

impl EthersSigner {
    /// Wraps a decrypted key.
    pub(super) const fn new(wallet: LocalWallet) -> Self {
        Self(wallet)
    }

    /// The key's address.
    pub(super) fn address(&self) -> Address {
        Address::from(self.0.address().0)
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
        let signature = self.0.sign_hash(H256(hash.0)).map_err(Error::other)?;
        Ok(Self::convert(&signature))
    }

    fn chain_id_sync(&self) -> Option<ChainId> {
        None
    }
}
