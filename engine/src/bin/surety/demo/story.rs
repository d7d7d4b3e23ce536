//! The story, step by step, each with what it cost.

use std::time::{Duration, Instant};

use alloy::{
    consensus::{ReceiptEnvelope, proofs::calculate_receipt_root},
    primitives::{Address, U256},
};
use alloy_rlp::Decodable as _;
use eyre::{OptionExt as _, bail, ensure};
use surety_engine::{
    commitment::SLOTS_PER_BLOCK,
    dispute::{
        domain::{BondStatus, ClaimStatus, Domain, Snapshot},
        honest::Transition,
        observe::{self, Observer},
    },
    machine::opcode,
    node::{Node, evidence::Execution},
    state::witness::BlockWitness,
};
use tokio::time::sleep;

use super::{
    Demo,
    liar::Liar,
    report::{self, BlockFacts, Dispute, Facts, Gas, Transaction},
};
use crate::stage::{
    amounts::{ether, grouped},
    books::{self, Honest},
    chaos::Chaos,
    daemons::Daemon,
    devnet::{Account, Devnet},
    ledger::{self, Entry},
    mainnet,
    scene::{Scene, block_number},
};

/// How long the whole story may take before it is called off.
const PATIENCE: Duration = Duration::from_secs(600);
/// Milliseconds between two looks.
const BEAT: u64 = 150;
/// The same while somebody watches.
const WATCHED_BEAT: u64 = 1_000;

/// Who has a part in it.
const EVERYONE: [Account; 5] = [
    Account::Sequencer,
    Account::Proposer,
    Account::Challenger,
    Account::SecondChallenger,
    Account::Liar(0),
];

/// Tells the story that the arguments ask for. Succeeds only if it ends as it should.
pub(crate) async fn tell(arguments: &Demo) -> eyre::Result<()> {
    let begun = Instant::now();
    let data = arguments.places.data()?;
    let programs = arguments.places.programs()?;

    println!(
        "1. An L1 of our own (anvil, Osaka rules, EIP-7825's gas cap), and the contracts on it"
    );
    let (scene, made) = Scene::deploy(&arguments.places.root, data.path(), 2).await?;
    let Scene { devnet, deployment, witness, .. } = &scene;
    let deploy = made.iter().map(|sent| sent.gas).sum();
    println!(
        "   {} contracts, {} gas; genesis is mainnet block {}",
        made.len(),
        grouped(deploy),
        deployment.genesis.number
    );

    println!(
        "2. One batch{}: the {} signed transactions of mainnet block {}",
        if arguments.blob { " in a blob" } else { "" },
        witness.transactions.len(),
        witness.header.number
    );
    let (bytes, sent) = scene.append(arguments.blob).await?;
    println!("   {bytes} bytes appended: {} gas", grouped(sent.gas));

    let node = scene.node("witness").await?;
    let block = block_facts(&node, witness)?;
    println!(
        "   derived and executed: {} entries, {} skipped, {} gas; receipts root {}",
        block.executed + block.skipped,
        block.skipped,
        grouped(block.gas_used),
        if block.receipts_root_is_mainnets { "is mainnet's" } else { "is NOT mainnet's" },
    );
    ensure!(block.receipts_root_is_mainnets, "the block's receipts are not mainnet's");

    let everyone = EVERYONE;
    let mut before = Vec::new();
    for account in everyone {
        before.push(devnet.balance(account).await?);
    }

    println!("3. The honest proposer executes the block and proposes its claim");
    let mut proposer = Daemon::proposer(&scene, &programs)?;
    let mut challenger = Daemon::challenger(&scene, &programs, arguments.page)?;
    let second = arguments.second_challenger;
    let second = second.map(|blocks| Daemon::second_challenger(&scene, &programs, blocks));
    let mut second = second.transpose()?;
    proposer.start()?;
    if let Some(page) = arguments.page {
        println!("   the challenger watches from now on; its page is http://{page}/");
        challenger.start()?;
    }
    let observer =
        Observer::new(devnet.l1.clone(), observe::Deployment::from(&node), Address::ZERO);
    let deadline = Instant::now() + PATIENCE;
    let mut stage = Stage {
        devnet,
        observer: &observer,
        chaos: Chaos::new(arguments.chaos),
        deadline,
        pace: Duration::from_millis(arguments.pace.unwrap_or(match arguments.page {
            Some(_) => WATCHED_BEAT,
            None => BEAT,
        })),
        beats: 0,
    };
    stage.until(&mut [&mut proposer], None, 1, |snapshot| snapshot.claims.len() > 1).await?;

    let liar = if arguments.honest {
        println!("4. Nobody lies");
        None
    } else {
        let liar = Liar::open(arguments, &scene).await?;
        println!(
            "4. A dishonest proposer executes one step wrong ({}) and proposes the rival",
            liar.lie
        );
        stage
            .until(&mut [&mut proposer], Some(&liar), 1, |snapshot| snapshot.claims.len() > 2)
            .await?;
        Some(liar)
    };

    if arguments.page.is_none() {
        println!("5. The challenger starts, with its own store and key");
        challenger.start()?;
    } else {
        println!("5. The challenger has its own store and key");
    }
    let mut daemons = vec![&mut proposer, &mut challenger];
    if let Some(second) = &mut second {
        println!("   and another beside it");
        second.start()?;
        daemons.push(second);
    }
    if liar.is_some() {
        println!("   it finds the rival wrong and plays the honest side");
        stage.until(&mut daemons, liar.as_ref(), 1, is_narrowed_and_proven).await?;
        println!("   one step proven on L1: the rival is eliminated");
    }

    println!("6. The challenge window passes");
    let slashed = liar.is_some();
    stage.until(&mut daemons, liar.as_ref(), 8, |snapshot| is_settled(snapshot, slashed)).await?;

    let kills = stage.chaos.made();
    if arguments.page.is_none() {
        // what is still on its way is mined, and nothing follows
        for daemon in daemons {
            daemon.kill()?;
        }
        devnet.mine(1).await?;
    }

    let entries = ledger::read(&devnet.l1, deployment).await?;
    let mut honest = Vec::new();
    for (account, before) in everyone.into_iter().zip(&before) {
        if !matches!(account, Account::Sequencer | Account::Liar(_)) {
            let address = devnet.address(account)?;
            honest.push(Honest { name: name(account), address, before: *before });
        }
    }
    let parameters = observer.snapshot().await?.parameters;
    let bonds = parameters.root_bond + parameters.step_bond;
    if arguments.page.is_none() {
        books::audit(&devnet.l1, deployment, &entries, &honest, bonds).await?;
    }
    let of_honest = |entry: &&Entry| honest.iter().any(|it| it.address == entry.from);
    let reverted = entries.iter().filter(of_honest).filter(|entry| !entry.succeeded).count();
    let facts = Facts {
        kills,
        reverted,
        ..facts(devnet, &entries, liar.as_ref(), block, deploy, begun).await?
    };
    narrate(&facts);
    println!("\n   balances (outside of Bonds)");
    for (account, before) in everyone.into_iter().zip(before) {
        let after = devnet.balance(account).await?;
        println!("   {:<12} {:>18} -> {:>18}", name(account), ether(before), ether(after));
    }
    println!("\n{}: {:.1} s", facts.outcome, facts.seconds);
    if let Some(path) = &arguments.json {
        report::write(&facts, path)?;
    }
    check(&facts, &entries, slashed)?;
    if let Some(page) = arguments.page {
        println!("\nhttp://{page}/ stays until this is interrupted");
        tokio::signal::ctrl_c().await?;
    }
    Ok(())
}

fn block_facts(node: &Node, witness: &BlockWitness) -> eyre::Result<BlockFacts> {
    let number = block_number(node)?;
    let row = node.store().block(number)?.ok_or_eyre("the block was not executed")?;
    let leaves = node.store().leaves(number)?.ok_or_eyre("the block has no leaves")?;
    let receipts: Vec<ReceiptEnvelope> = Vec::decode(&mut row.receipts.as_ref())?;
    let root = calculate_receipt_root(&receipts);
    Ok(BlockFacts {
        number,
        executed: receipts.len(),
        skipped: leaves.entries.len() - receipts.len(),
        gas_used: node.sealed(number)?.block.gas_used,
        receipts_root: root,
        receipts_root_is_mainnets: root == mainnet::receipts_root(witness),
    })
}

/// The stage that the players act on.
struct Stage<'a> {
    devnet: &'a Devnet,
    observer: &'a Observer<surety_engine::l1::client::L1Client>,
    chaos: Chaos,
    deadline: Instant,
    pace: Duration,
    beats: u64,
}

impl Stage<'_> {
    /// Lets time pass and the liar play until the chain is as wanted.
    async fn until(
        &mut self,
        daemons: &mut [&mut Daemon],
        liar: Option<&Liar>,
        blocks: u64,
        wanted: impl Fn(&Snapshot) -> bool,
    ) -> eyre::Result<()> {
        loop {
            // L1 moves on under the reader: then the next look tells
            if let Ok(snapshot) = self.observer.snapshot().await
                && wanted(&snapshot)
            {
                return Ok(());
            }
            if Instant::now() > self.deadline {
                let (number, hash) = self.devnet.head().await?;
                bail!("the story did not end within {PATIENCE:?}; L1 stands at {number} ({hash})");
            }
            for daemon in daemons.iter_mut() {
                daemon.check()?;
            }
            self.chaos.strike(daemons)?;
            if let Some(liar) = liar {
                liar.round().await;
            }
            self.beats += 1;
            if self.beats.is_multiple_of(4) {
                self.devnet.mine(blocks).await?;
            }
            sleep(self.pace).await;
        }
    }
}

/// Whether a claim has lost.
fn is_narrowed_and_proven(snapshot: &Snapshot) -> bool {
    snapshot.claims.values().any(|claim| claim.status == ClaimStatus::Lost)
}

/// Whether the honest claim is final, and the liar's bond, if there is one, gone.
fn is_settled(snapshot: &Snapshot, slashed: bool) -> bool {
    let confirmed =
        snapshot.claims.values().filter(|claim| claim.status == ClaimStatus::Confirmed).count();
    let forfeited = snapshot.bonds.values().any(|bond| bond.status == BondStatus::Forfeited);
    let open = snapshot.tournaments.values().count();
    // the genesis claim is confirmed, too
    confirmed == 2 && (!slashed || (forfeited && open == 0))
}

async fn facts(
    devnet: &Devnet,
    entries: &[Entry],
    liar: Option<&Liar>,
    block: BlockFacts,
    deploy: u64,
    begun: Instant,
) -> eyre::Result<Facts> {
    let address = |account| -> eyre::Result<Address> { Ok(devnet.lane(account)?.address()) };
    let honest = [Account::Proposer, Account::Challenger, Account::SecondChallenger];
    let honest = honest.into_iter().map(address).collect::<eyre::Result<Vec<_>>>()?;
    let (bond_wei, burned_wei) = report::forfeited(entries, address(Account::Liar(0))?);
    let dispute = match liar {
        Some(liar) => Some(dispute(liar, entries).await?),
        None => None,
    };
    let mut transactions = Vec::with_capacity(entries.len());
    for entry in entries {
        let mut from = "somebody";
        for account in EVERYONE {
            if address(account)? == entry.from {
                from = name(account);
            }
        }
        transactions.push(Transaction {
            hash: entry.hash,
            from,
            contract: entry.contract,
            verb: entry.verb,
            gas: entry.gas,
            fee_wei: entry.fee,
            succeeded: entry.succeeded,
        });
    }
    Ok(Facts {
        outcome: if liar.is_some() { "liar slashed" } else { "honest confirmed" },
        dispute,
        moves: report::moves(entries),
        gas: Gas::of(entries, &honest, deploy),
        bond_wei,
        burned_wei,
        block,
        transactions,
        reverted: 0,
        kills: 0,
        seconds: begun.elapsed().as_secs_f64(),
    })
}

/// The disputed step in plain words, by our own execution.
async fn dispute(liar: &Liar, entries: &[Entry]) -> eyre::Result<Dispute> {
    let narrowed = report::narrowed(entries).ok_or_eyre("no match was narrowed to a step")?;
    let domain = Domain { first: block_number(liar.node())?, blocks: 1 };
    let slot = liar.lie.slot;
    ensure!(slot < SLOTS_PER_BLOCK, "the dispute is about another block");
    let transition = Transition { domain, slot, step: narrowed.position };
    let (info, proof) = Execution::new(std::sync::Arc::clone(liar.node())).step(transition).await?;
    ensure!(proof.pre == narrowed.agreed, "the agreed state is not ours");
    let claimed = if narrowed.leafOne == proof.post { narrowed.leafTwo } else { narrowed.leafOne };
    Ok(Dispute {
        transaction: info.transaction,
        contract: info.contract,
        pc: info.pc,
        opcode: info
            .opcode
            .map_or_else(|| format!("{:?}", info.phase), |code| opcode::name(code).to_owned()),
        depth: info.depth,
        slot,
        step: narrowed.position,
        agreed: narrowed.agreed,
        claimed,
        proven: proof.post,
    })
}

fn narrate(facts: &Facts) {
    if let Some(dispute) = &facts.dispute {
        println!(
            "\n   in dispute    {} at pc {} of {}",
            dispute.opcode, dispute.pc, dispute.contract
        );
        println!(
            "   transaction   {} (slot {}, step {}, call depth {})",
            dispute.transaction, dispute.slot, dispute.step, dispute.depth
        );
        println!("   agreed state  {}", dispute.agreed);
        println!("   liar claimed  {}", dispute.claimed);
        println!("   L1 computed   {}", dispute.proven);
    }
    report::print_transactions(&facts.transactions);
    let Gas { append, propose, opening_max, resolve, honest_line_total, total, .. } = &facts.gas;
    println!("\n   gas: append {}, propose {}", grouped(*append), grouped(*propose));
    if facts.dispute.is_some() {
        println!(
            "   dispute: {} moves, the dearest {}; step proof {}; honest line {}",
            facts.moves,
            grouped(*opening_max),
            grouped(*resolve),
            grouped(*honest_line_total)
        );
        println!(
            "   liar's bonds: {} lost, {} burned",
            ether(facts.bond_wei),
            ether(facts.burned_wei)
        );
    }
    println!("   all transactions: {} gas", grouped(*total));
}

/// The story's own test of itself.
fn check(facts: &Facts, entries: &[Entry], slashed: bool) -> eyre::Result<()> {
    if slashed {
        ensure!(facts.burned_wei * U256::from(2) >= facts.bond_wei, "less than half was burned");
        ensure!(facts.burned_wei > U256::ZERO, "nothing was burned");
    } else {
        ensure!(!entries.iter().any(report::is_of_dispute), "a dispute transaction was sent");
    }
    Ok(())
}

const fn name(account: Account) -> &'static str {
    match account {
        Account::Sequencer => "sequencer",
        Account::Proposer => "proposer",
        Account::Challenger => "challenger",
        Account::SecondChallenger => "second",
        Account::Liar(_) => "liar",
        Account::Of(..) | Account::User(_) => "somebody",
    }
}
