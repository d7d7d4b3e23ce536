//! Two rollups whose users swap: Alice has ether on A, Bob has tokens on B, and a courier carries what is due.

use std::{path::Path, sync::Arc};

use alloy::{
    primitives::{Address, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::{SolCall as _, sol},
};
use eyre::ensure;
use surety_engine::{
    artifacts::Artifacts,
    genesis::DEPLOYMENT_PROXY,
    l1::send::Call,
    node::Node,
    relay::{
        account::{L2Call, post},
        down,
    },
    swap::{
        bindings::IERC20,
        contracts::{Creation, SWAP_ARBITER, SWAP_VAULT, creation},
        observe::Seat,
        terms::{Leg, Terms},
    },
};

use super::{
    devnet::Account,
    rollups::{Rollups, follow},
};

/// Has ether on A.
pub(crate) const ALICE: Account = Account::User(0);
/// Has tokens on B.
pub(crate) const BOB: Account = Account::User(1);
/// Relays and decides what is due.
pub(crate) const COURIER: Account = Account::User(2);

/// Wei in an ether, and units in a token.
pub(crate) const UNIT: u64 = 1_000_000_000_000_000_000;

sol! {
    /// The token of this market: anybody mints.
    interface IMintable {
        function mint(address account, uint256 amount) external;
    }
}

/// Two rollups with what swaps take.
pub(crate) struct Market {
    pub(crate) rollups: Rollups,
    /// A node of rollup A, with the users' and the courier's eyes.
    pub(crate) a: Arc<Node>,
    /// The same of rollup B.
    pub(crate) b: Arc<Node>,
    /// Bob's token on B.
    pub(crate) token: Address,
}

impl Market {
    /// Deploys everything; Alice gets 10 ether on A, Bob 10,000 tokens and 2 ether on B.
    pub(crate) async fn open(root: &Path, data: &Path) -> eyre::Result<Self> {
        let artifacts = Artifacts::new(root.join("out"));
        let rollups = Rollups::start(root, data, &["a", "b"]).await?;
        let (a, b) =
            (rollups.rollup(0)?.node("users").await?, rollups.rollup(1)?.node("users").await?);
        let mut market = Self { rollups, a, b, token: Address::ZERO };
        market.deposit(&market.a, &[(ALICE, 10), (COURIER, 1)]).await?;
        market.deposit(&market.b, &[(BOB, 2), (COURIER, 1)]).await?;

        let arbiter = creation(&artifacts, "SwapArbiter")?;
        ensure!(arbiter.address == SWAP_ARBITER, "SwapArbiter is of another version");
        let (to, data) = (Some(DEPLOYMENT_PROXY), arbiter.data);
        let call = Call { to, data, value: U256::ZERO, label: "deploy SwapArbiter" };
        market.rollups.devnet.lane(COURIER)?.send(&call).await?;
        for node in [&market.a, &market.b] {
            let vault: Creation = creation(&artifacts, "SwapVault")?;
            ensure!(vault.address == SWAP_VAULT, "SwapVault is of another version");
            market.seat(node, COURIER)?.create(vault).await?;
            follow(node).await?;
        }

        let bob = market.address(BOB)?;
        market.token = bob.create(market.b.account(bob)?.nonce);
        let initcode = artifacts.initcode("SwapToken")?;
        market.act(&market.b, BOB, None, initcode).await?;
        let mint = IMintable::mintCall { account: bob, amount: units(10_000) };
        market.act(&market.b, BOB, Some(market.token), mint.abi_encode().into()).await?;
        Ok(market)
    }

    async fn deposit(&self, node: &Node, amounts: &[(Account, u64)]) -> eyre::Result<()> {
        let lane = self.rollups.devnet.lane(COURIER)?;
        for &(account, amount) in amounts {
            down::deposit(node, &lane, self.address(account)?, units(amount)).await?;
        }
        post(node, &lane, &[]).await?;
        follow(node).await
    }

    /// A call or a creation on L2, posted and executed.
    async fn act(
        &self,
        node: &Arc<Node>,
        account: Account,
        to: Option<Address>,
        data: Bytes,
    ) -> eyre::Result<()> {
        let seat = self.seat(node, account)?;
        let call = L2Call { to, value: U256::ZERO, data };
        seat.account().post(seat.lane(), &[call]).await?;
        follow(node).await
    }

    /// An account's seat at a rollup.
    pub(crate) fn seat(&self, node: &Arc<Node>, account: Account) -> eyre::Result<Arc<Seat>> {
        let devnet = &self.rollups.devnet;
        let lane = Arc::new(devnet.lane(account)?);
        Ok(Arc::new(Seat::new(Arc::clone(node), lane, devnet.key(account)?)))
    }

    pub(crate) fn address(&self, account: Account) -> eyre::Result<Address> {
        self.rollups.devnet.address(account)
    }

    /// Alice's ether on A for Bob's tokens on B.
    pub(crate) async fn terms(
        &self,
        ether: u64,
        tokens: u64,
        seconds: u64,
        salt: u8,
    ) -> eyre::Result<Terms> {
        let (alice, bob) = (self.address(ALICE)?, self.address(BOB)?);
        let leg = |node: &Node, token, from, to, amount| {
            let bridge = node.deployment().bridge.map(|contracts| contracts.bridge);
            let bridge = bridge.unwrap_or_default();
            Leg { bridge, vault: SWAP_VAULT, token, from, to, amount: units(amount) }
        };
        Ok(Terms {
            arbiter: SWAP_ARBITER,
            one: leg(&self.a, Address::ZERO, alice, bob, ether),
            two: leg(&self.b, self.token, bob, alice, tokens),
            deadline: self.now().await? + seconds,
            salt: alloy::primitives::B256::with_last_byte(salt),
        })
    }

    /// L1's time.
    pub(crate) async fn now(&self) -> eyre::Result<u64> {
        use surety_engine::l1::follow::Headers as _;
        Ok(self.rollups.devnet.l1.head().await?.timestamp)
    }

    /// Ether that an account has on a rollup.
    pub(crate) fn ether(&self, node: &Node, account: Account) -> eyre::Result<U256> {
        Ok(node.account(self.address(account)?)?.balance)
    }

    /// Tokens that an account has on B.
    pub(crate) fn tokens(&self, account: Account) -> eyre::Result<U256> {
        let data = IERC20::balanceOfCall { account: self.address(account)? }.abi_encode();
        let request = TransactionRequest::default().to(self.token).input(data.into());
        let answer = self.b.view(request)?.output;
        Ok(IERC20::balanceOfCall::abi_decode_returns_validate(&answer)?)
    }
}

/// So many ether or tokens.
pub(crate) fn units(amount: u64) -> U256 {
    U256::from(amount) * U256::from(UNIT)
}
