//! Blobs ([EIP-4844](https://eips.ethereum.org/EIPS/eip-4844)) and the batches in them: of each of the 4096 field
//! elements, in order, the low 31 bytes.

use std::{fmt, sync::Arc};

use alloy::eips::eip4844::{
    self, AsAlloy, AsCkzg, BLS_MODULUS, BYTES_PER_BLOB, Bytes48, FIELD_ELEMENT_BYTES_USIZE,
    c_kzg::{self, KzgSettings},
    env_settings::EnvKzgSettings,
    kzg_to_versioned_hash,
};
use alloy_primitives::{B256, Bytes, U256, uint};
use thiserror::Error;

/// Field elements of a blob.
pub const ELEMENTS: u32 = 4096;
/// Bytes that each gives to a batch: all but the highest.
pub const ELEMENT_BYTES: u32 = 31;
/// Bytes of the batch in a blob.
pub const BATCH_BYTES: u32 = ELEMENTS * ELEMENT_BYTES;

/// A primitive 4096th root of unity: 7^((modulus - 1) / 4096).
const ROOT: U256 = uint!(0x564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d36306_U256);
/// Bits of an element's index.
const INDEX_BITS: u32 = ELEMENTS.trailing_zeros();

/// What is no blob, or cannot be put into one.
#[derive(Debug, Error)]
pub enum BlobError {
    /// A blob has 131,072 bytes.
    #[error("a blob of {0} bytes")]
    Length(usize),
    /// A blob holds a batch of 126,976 bytes at most.
    #[error("a batch of {0} bytes does not fit a blob")]
    BatchLength(usize),
    /// A blob has 4096 elements.
    #[error("a blob has no element {0}")]
    NoElement(u32),
    /// One of the elements is not below the modulus.
    #[error("KZG: {0}")]
    Kzg(#[from] c_kzg::Error),
}

/// A blob with its commitment.
#[derive(Clone, PartialEq, Eq)]
pub struct Blob {
    bytes: Arc<eip4844::Blob>,
    commitment: Bytes48,
}

// not the whole content
impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blob").field("commitment", &self.commitment).finish_non_exhaustive()
    }
}

/// What the point evaluation precompile takes of an element beside the blob's versioned hash and the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The element.
    pub element: B256,
    /// The blob's commitment.
    pub commitment: Bytes48,
    /// The proof that the element is the blob's.
    pub proof: Bytes48,
}

impl Opening {
    /// Bytes of its encoding.
    pub const SIZE: usize = 128;

    /// Element, commitment, proof: the precompile's input from byte 64 on.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::SIZE] {
        let mut encoding = [0; Self::SIZE];
        let parts = self.element.iter().chain(&self.commitment.0).chain(&self.proof.0);
        encoding.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
        encoding
    }
}

impl Blob {
    /// A blob whose commitment is computed.
    ///
    /// # Errors
    /// [`BlobError::Length`], [`BlobError::Kzg`].
    pub fn new(bytes: &[u8]) -> Result<Self, BlobError> {
        let blob = Self::kept(bytes, Bytes48::ZERO)?;
        let commitment = settings().blob_to_kzg_commitment(blob.bytes.as_ckzg())?;
        Ok(Self { commitment: commitment.to_bytes().into_alloy(), ..blob })
    }

    /// A blob whose commitment was computed before and kept with it.
    ///
    /// # Errors
    /// [`BlobError::Length`].
    pub fn kept(bytes: &[u8], commitment: Bytes48) -> Result<Self, BlobError> {
        let bytes = eip4844::Blob::try_from(bytes).map_err(|_| BlobError::Length(bytes.len()))?;
        Ok(Self { bytes: Arc::new(bytes), commitment })
    }

    /// The blob that holds `batch`; zeros follow, which end it.
    ///
    /// # Errors
    /// [`BlobError::BatchLength`].
    pub fn of_batch(batch: &[u8]) -> Result<Self, BlobError> {
        if batch.len() > BATCH_BYTES as usize {
            return Err(BlobError::BatchLength(batch.len()));
        }
        let mut bytes = vec![0; BYTES_PER_BLOB];
        let elements = bytes.chunks_exact_mut(FIELD_ELEMENT_BYTES_USIZE);
        for (element, chunk) in elements.zip(batch.chunks(ELEMENT_BYTES as usize)) {
            element.iter_mut().skip(1).zip(chunk).for_each(|(to, from)| *to = *from);
        }
        Self::new(&bytes)
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &eip4844::Blob {
        &self.bytes
    }

    /// Its commitment.
    #[must_use]
    pub const fn commitment(&self) -> &Bytes48 {
        &self.commitment
    }

    /// How a transaction and a record name it.
    #[must_use]
    pub fn versioned_hash(&self) -> B256 {
        kzg_to_versioned_hash(self.commitment.as_slice())
    }

    /// The batch in it, always of 126,976 bytes.
    #[must_use]
    pub fn batch(&self) -> Bytes {
        let elements = self.bytes.chunks_exact(FIELD_ELEMENT_BYTES_USIZE);
        elements.flat_map(|element| element.iter().skip(1)).copied().collect()
    }

    /// Element `index` with its proof, which takes tens of milliseconds.
    ///
    /// # Errors
    /// [`BlobError::NoElement`], [`BlobError::Kzg`].
    pub fn open(&self, index: u32) -> Result<Opening, BlobError> {
        if index >= ELEMENTS {
            return Err(BlobError::NoElement(index));
        }
        let z = c_kzg::Bytes32::from(point(index).to_be_bytes());
        let (proof, element) = settings().compute_kzg_proof(self.bytes.as_ckzg(), &z)?;
        Ok(Opening {
            element: B256::new(*element),
            commitment: self.commitment,
            proof: proof.to_bytes().into_alloy(),
        })
    }
}

/// Ethereum's trusted setup; the first call takes seconds.
pub fn settings() -> &'static KzgSettings {
    static SETTINGS: EnvKzgSettings = EnvKzgSettings::Default;
    SETTINGS.get()
}

/// Where a blob's polynomial has the value of element `index`: the root to the power of the index with its bits reversed.
#[must_use]
pub fn point(index: u32) -> U256 {
    let reversed = index.reverse_bits() >> (u32::BITS - INDEX_BITS);
    ROOT.pow_mod(U256::from(reversed), BLS_MODULUS)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

    use proptest::prelude::*;

    use super::*;

    fn patterned() -> Blob {
        let bytes = (0..ELEMENTS).flat_map(|index| {
            let mut element = alloy_primitives::keccak256(index.to_be_bytes());
            element[0] &= 0x3f;
            element
        });
        Blob::new(&bytes.collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn an_element_is_opened_where_the_polynomial_has_its_value() {
        let blob = patterned();
        let commitment = c_kzg::Bytes48::from(blob.commitment().0);
        for index in [0, 1, 2, 31, 32, 2048, 4094, 4095] {
            let opening = blob.open(index).unwrap();
            let at = index as usize * 32;
            assert_eq!(opening.element[..], blob.bytes()[at..at + 32], "element {index}");
            let (z, y) = (point(index).to_be_bytes().into(), opening.element.0.into());
            let proof = opening.proof.0.into();
            assert!(settings().verify_kzg_proof(&commitment, &z, &y, &proof).unwrap(), "{index}");
        }
        assert!(matches!(blob.open(ELEMENTS), Err(BlobError::NoElement(ELEMENTS))));
    }

    #[test]
    fn the_root_is_primitive() {
        assert_eq!(point(0), U256::ONE);
        assert_eq!(point(1), BLS_MODULUS - U256::ONE);
        assert_eq!(point(2048), ROOT);
    }

    #[test]
    fn what_is_no_blob_is_refused() {
        assert!(matches!(Blob::new(&[0; 31]), Err(BlobError::Length(31))));
        let mut bytes = vec![0; BYTES_PER_BLOB];
        bytes[..32].copy_from_slice(&BLS_MODULUS.to_be_bytes::<32>());
        assert!(matches!(Blob::new(&bytes), Err(BlobError::Kzg(_))));
        let long = vec![0; BATCH_BYTES as usize + 1];
        assert!(matches!(Blob::of_batch(&long), Err(BlobError::BatchLength(126_977))));
    }

    #[test]
    fn the_highest_byte_of_an_element_is_ignored() {
        let blob = patterned();
        let batch = blob.batch();
        assert_eq!(batch.len(), BATCH_BYTES as usize);
        assert_eq!(batch[..31], blob.bytes()[1..32]);
        assert_eq!(batch[4095 * 31..], blob.bytes()[4095 * 32 + 1..]);
        assert_ne!(Blob::of_batch(&batch).unwrap().versioned_hash(), blob.versioned_hash());
        assert_eq!(Blob::of_batch(&batch).unwrap().batch(), batch);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn a_batch_comes_back_with_zeros_after_it(
            batch in prop::collection::vec(any::<u8>(), 0..2_000),
        ) {
            let blob = Blob::of_batch(&batch).unwrap();
            let read = blob.batch();
            prop_assert_eq!(&read[..batch.len()], &batch);
            prop_assert!(read[batch.len()..].iter().all(|byte| *byte == 0));
            let again = Blob::kept(blob.bytes().as_slice(), *blob.commitment()).unwrap();
            prop_assert_eq!(again, blob);
        }
    }
}
