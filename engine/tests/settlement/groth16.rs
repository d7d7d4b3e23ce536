//! Groth16 over bn254: a small circuit, its key and its proofs, in the encoding of
//! `contracts/test/support/Groth16Verifier.sol`.

use alloy_primitives::{B256, Bytes, U256, keccak256};
use alloy_sol_types::{SolValue, sol};
use ark_bn254::{Bn254, Fq, Fr, G1Affine, G2Affine};
use ark_ff::{BigInteger, PrimeField};
use ark_groth16::{Groth16, ProvingKey};
use ark_relations::gr1cs::{
    ConstraintSynthesizer, ConstraintSystemRef, LinearCombination, SynthesisError,
};
use ark_snark::SNARK;
use ark_std::rand::{SeedableRng, rngs::StdRng};

sol! {
    struct G1 {
        uint256 x;
        uint256 y;
    }

    struct G2 {
        uint256 xImaginary;
        uint256 xReal;
        uint256 yImaginary;
        uint256 yReal;
    }

    struct VerifyingKey {
        G1 alpha;
        G2 beta;
        G2 gamma;
        G2 delta;
        G1 constantTerm;
        G1 inputTerm;
    }

    struct Groth16Proof {
        G1 a;
        G2 b;
        G1 c;
    }
}

/// Knows a number whose product with the public input, and that times the number again, it has computed.
#[derive(Clone, Copy)]
struct Circuit {
    input: Fr,
    secret: Fr,
}

impl ConstraintSynthesizer<Fr> for Circuit {
    fn generate_constraints(self, system: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let Self { input, secret } = self;
        let (product, again) = (input * secret, input * secret * secret);
        let input = system.new_input_variable(|| Ok(input))?;
        let secret = system.new_witness_variable(|| Ok(secret))?;
        let product = system.new_witness_variable(|| Ok(product))?;
        let again = system.new_witness_variable(|| Ok(again))?;
        let term = |variable| move || LinearCombination::from(variable);
        system.enforce_r1cs_constraint(term(input), term(secret), term(product))?;
        system.enforce_r1cs_constraint(term(product), term(secret), term(again))
    }
}

fn word(value: &Fq) -> U256 {
    U256::from_be_slice(&value.into_bigint().to_bytes_be())
}

fn g1(point: &G1Affine) -> G1 {
    G1 { x: word(&point.x), y: word(&point.y) }
}

fn g2(point: &G2Affine) -> G2 {
    G2 {
        xImaginary: word(&point.x.c1),
        xReal: word(&point.x.c0),
        yImaginary: word(&point.y.c1),
        yReal: word(&point.y.c0),
    }
}

/// A proof system of its own: a key pair for the circuit, and randomness for proofs.
pub(crate) struct Prover {
    key: ProvingKey<Bn254>,
    random: StdRng,
}

impl Prover {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let blank = Circuit { input: Fr::from(1), secret: Fr::from(1) };
        let (key, _) = Groth16::<Bn254>::circuit_specific_setup(blank, &mut random).unwrap();
        Self { key, random }
    }

    /// The constructor's argument of its verifier.
    pub(crate) fn verifying_key(&self) -> Vec<u8> {
        let key = &self.key.vk;
        VerifyingKey {
            alpha: g1(&key.alpha_g1),
            beta: g2(&key.beta_g2),
            gamma: g2(&key.gamma_g2),
            delta: g2(&key.delta_g2),
            constantTerm: g1(&key.gamma_abc_g1[0]),
            inputTerm: g1(&key.gamma_abc_g1[1]),
        }
        .abi_encode()
    }

    /// A proof that the program `key` has put out `values`.
    pub(crate) fn prove(&mut self, key: B256, values: &[u8]) -> Bytes {
        let input = Fr::from_be_bytes_mod_order(&keccak256([key.as_slice(), values].concat()).0);
        let circuit = Circuit { input, secret: Fr::from(7) };
        let proof = Groth16::<Bn254>::prove(&self.key, circuit, &mut self.random).unwrap();
        Groth16Proof { a: g1(&proof.a), b: g2(&proof.b), c: g1(&proof.c) }.abi_encode().into()
    }
}
