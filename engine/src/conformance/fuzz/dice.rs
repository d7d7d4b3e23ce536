//! A reproducible source of choices.

use alloy_primitives::{Address, B256, U256};

/// Chooses by [SplitMix64](https://prng.di.unimi.it/splitmix64.c): the same seed makes the same choices everywhere.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Choices that follow from `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Choices that follow from `seed` and `number`, unrelated to those of other numbers.
    #[must_use]
    pub fn of(seed: u64, number: u64) -> Self {
        let mut dice = Self(seed);
        Self(dice.next() ^ number.wrapping_mul(0xd134_2543_de82_ef95))
    }

    /// Any number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, 0 when that is 0.
    pub const fn below(&mut self, bound: u64) -> u64 {
        match self.next().checked_rem(bound) {
            Some(number) => number,
            None => 0,
        }
    }

    /// A length or index below `bound`.
    pub fn index(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX);
        usize::try_from(self.below(bound)).unwrap_or_default()
    }

    /// True once in `count` times.
    pub const fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    /// One of `items`; the default when there is none.
    pub fn pick<T: Clone + Default>(&mut self, items: &[T]) -> T {
        items.get(self.index(items.len())).cloned().unwrap_or_default()
    }

    /// Any byte.
    pub const fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[0]
    }

    /// `length` bytes, mostly zeros in one case of four.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let sparse = self.one_in(4);
        (0..length).map(|_| if sparse && !self.one_in(8) { 0 } else { self.byte() }).collect()
    }

    /// Any 32 bytes.
    pub fn hash(&mut self) -> B256 {
        let mut hash = B256::ZERO;
        hash.chunks_exact_mut(8).for_each(|part| part.copy_from_slice(&self.next().to_be_bytes()));
        hash
    }

    /// An address nobody has.
    pub fn stranger(&mut self) -> Address {
        Address::from_word(self.hash())
    }

    /// A word at or near one of the values where arithmetic changes its mind.
    pub fn word(&mut self) -> U256 {
        match self.below(8) {
            0 => U256::MAX - U256::from(self.below(40)),
            1 => U256::ONE << self.below(256),
            2 => (U256::ONE << self.below(256)) - U256::ONE,
            3 => U256::from(self.below(1 << 33)),
            4 => self.hash().into(),
            5 => (U256::ONE << 255) - U256::from(self.below(3)) + U256::ONE,
            _ => U256::from(self.below(40)),
        }
    }
}
