//! Every metric of Surety, once: what is not here is not recorded, and what is here is described at the start.

use super::metric::{Counter, Description, Gauge, Histogram, Label, Unit};

macro_rules! metrics {
    ($($id:ident: $kind:ident $name:literal $unit:ident [$($label:literal $(($($value:literal),*))?),*] $help:literal;)*) => {
        $(
            #[doc = $help]
            pub const $id: $kind<{ <[&str]>::len(&[$($label),*]) }> = $kind::new(
                $name,
                Unit::$unit,
                &[$(Label { name: $label, values: &[$($($value),*)?] }),*],
                $help,
            );
        )*

        /// All metrics, in the order of the documentation.
        pub const ALL: &[Description] = &[$($id.description()),*];
    };
}

metrics! {
    // the program
    BUILD_INFO: Gauge "surety_build_info" Flag ["program", "version"]
        "Always 1; the labels say which program runs in which version.";
    ROUNDS: Counter "surety_rounds_total" Count ["outcome" ("complete", "behind", "unknown")]
        "Rounds of the daemon; behind: there was more of L1 to follow first; unknown: something could not be read.";
    ROUND_SECONDS: Histogram "surety_round_seconds" Seconds []
        "Time that a round took, waiting for its transaction included.";
    LAST_ROUND: Gauge "surety_last_complete_round_timestamp_seconds" UnixTime []
        "When the last complete round ended; 0 before the first.";
    READY: Gauge "surety_ready" Flag []
        "Whether /ready answers yes: L1 followed within the lag, the last round complete, nothing unknown.";
    WATCH_ONLY: Gauge "surety_watch_only" Flag []
        "Whether the daemon has no key and only watches.";
    ERRORS: Counter "surety_errors_total" Count ["kind" ("l1", "contradiction", "blob", "execute", "store", "observe", "transaction", "evidence", "other")]
        "What went wrong in rounds; contradiction: L1's data does not fit together; observe: the contracts could not be read.";
    ALARMS: Counter "surety_alarms_total" Count ["alarm" ("wrong_claim", "wrong_claim_confirmed", "wrong_boundary_proven", "honest_claim_lost", "honest_steps_lost", "too_late", "out_of_time", "inconsistent", "funds", "unknown", "reorg_too_deep", "store_rebuilt", "move_due")]
        "Alarms raised, by code; each is raised once a run for the same claim, tournament or commitment.";
    UNKNOWN: Gauge "surety_unknown" Count ["need" ("boundary", "answer", "slots", "steps", "round")]
        "What the plan lacks after the last round; round: the round itself failed.";
    UNKNOWN_SINCE: Gauge "surety_unknown_since_timestamp_seconds" UnixTime ["need" ("boundary", "answer", "slots", "steps", "round")]
        "Since when something of this kind has been lacking without a pause; 0 while nothing is.";

    // L1
    L1_HEAD: Gauge "surety_l1_head_block" BlockNumber []
        "L1's newest block, as its endpoint says.";
    L1_CURSOR: Gauge "surety_l1_cursor_block" BlockNumber []
        "The L1 block that the node has followed to.";
    L1_LAG: Gauge "surety_l1_lag_seconds" Seconds []
        "How far the cursor lies behind L1's newest block, in seconds of L1 time.";
    L1_LAG_ALLOWED: Gauge "surety_l1_lag_allowed_seconds" Seconds []
        "The lag beyond which the node is not ready: lag_seconds of the configuration.";
    L1_HEAD_TIME: Gauge "surety_l1_head_timestamp_seconds" UnixTime []
        "Time of L1's newest block: it stands still when the endpoint does.";
    L1_REORGS: Counter "surety_l1_reorgs_total" Count ["depth" ("shallow", "deep", "final", "forgotten")]
        "Reorganisations of L1; deep: of more than 64 blocks; final: below a block that was final, refused; forgotten: below all that is remembered, the node starts over from the deployment.";
    L1_REORG_DEPTH: Histogram "surety_l1_reorg_depth_blocks" Blocks []
        "How many L1 blocks a reorganisation that was rolled back took back.";
    L1_REQUESTS: Counter "surety_l1_requests_total" Count ["endpoint", "outcome" ("ok", "refused", "limited", "failed")]
        "Requests to an L1 endpoint (its host); refused: an error was answered; limited: it asked to slow down; failed: no answer.";
    L1_REQUEST_SECONDS: Histogram "surety_l1_request_seconds" Seconds ["endpoint"]
        "Time to an L1 endpoint's answer.";
    L1_ENDPOINT_HEALTHY: Gauge "surety_l1_endpoint_healthy" Flag ["endpoint"]
        "Whether the endpoint answered the last request, and is neither stale nor was caught in a lie.";
    BLOBS: Counter "surety_blobs_total" Count ["outcome" ("fetched", "unavailable")]
        "Blobs asked of the beacon endpoints.";

    // L2
    L2_HEAD: Gauge "surety_l2_head_block" BlockNumber []
        "The last executed L2 block.";
    L2_BLOCKS: Counter "surety_l2_blocks_executed_total" Count []
        "L2 blocks executed, repetitions after a reorganisation included.";
    L2_ENTRIES: Counter "surety_l2_entries_total" Count ["outcome" ("executed", "skipped")]
        "Entries of batches; skipped: not a valid transaction at its place.";
    L2_GAS: Counter "surety_l2_gas_total" Gas []
        "Gas used by executed L2 blocks.";
    L2_BLOCK_SECONDS: Histogram "surety_l2_block_seconds" Seconds []
        "Time to execute and store an L2 block.";
    STORE_BYTES: Gauge "surety_store_bytes" Bytes []
        "Size of the store on the disk.";

    // claims and disputes
    CLAIMS: Gauge "surety_claims" Count ["verdict" ("right", "wrong", "on_wrong", "unknown", "none"), "status" ("proposed", "confirmed", "lost", "void")]
        "Claims on L1 by our verdict and their status; none: decided, and about nothing that we still judge.";
    NEWEST_CLAIM_AGREES: Gauge "surety_newest_claim_agreement" Count []
        "Our verdict on the undecided claim that reaches farthest: 1 right, 0 unknown, -1 wrong or on a wrong one; 1 without one.";
    NEWEST_CLAIM_END: Gauge "surety_newest_claim_end_block" BlockNumber []
        "The last L2 block of the undecided claim that reaches farthest, or of the latest confirmed one.";
    CONFIRMED_END: Gauge "surety_confirmed_end_block" BlockNumber []
        "The last L2 block of the latest confirmed claim.";
    TOURNAMENTS: Gauge "surety_tournaments" Count ["level" ("slots", "steps"), "status" ("joining", "playing")]
        "Undecided tournaments with more than one commitment.";
    MATCHES: Gauge "surety_matches" Count ["level" ("slots", "steps"), "to_move" ("ours", "theirs", "both", "anyone", "nobody")]
        "Running matches by whose move it is; both: sealed, a proof is due; anyone: a timeout or conclusion is due; nobody: its steps are played; where neither side is ours, theirs.";
    DISPUTING: Gauge "surety_disputing" Flag []
        "Whether a match with our commitment is running.";
    DEADLINE_BLOCKS: Gauge "surety_deadline_blocks" Blocks ["verb"]
        "L1 blocks until the nearest deadline of a move that the plan wants made, by verb; +Inf without one. 0: too late.";
    CLOCK_SLACK: Gauge "surety_clock_slack_blocks" Blocks ["side" ("ours", "theirs")]
        "L1 blocks that the shortest running clock has left in matches of ours, by side: ours or theirs; +Inf without one.";
    DECISIONS: Gauge "surety_decisions" Count ["decision" ("act", "wait", "unknown", "funds", "done", "alarm")]
        "What the last plan said about its subjects.";

    // moves and transactions
    MOVES: Counter "surety_moves_total" Count ["verb"]
        "Moves made on L1, by verb.";
    MOVE_GAS: Counter "surety_move_gas_total" Gas ["verb"]
        "L1 gas that our moves used, by verb.";
    MOVE_FEES: Counter "surety_move_fees_gwei_total" Gwei ["verb"]
        "What the gas of our moves cost, by verb; each rounded down to whole gwei.";
    TRANSACTIONS: Counter "surety_transactions_total" Count ["outcome" ("mined", "reverted", "would_revert", "funds", "nonce_taken", "not_mined", "yielded", "signer", "transport")]
        "Transactions of the key by what became of them; would_revert: refused before anything was signed; yielded: a batch gave way to a move.";
    TRANSACTIONS_REPLACED: Counter "surety_transactions_replaced_total" Count []
        "How often a transaction was sent again with higher fees.";
    TRANSACTION_PENDING_SINCE: Gauge "surety_transaction_pending_since_timestamp_seconds" UnixTime ["account"]
        "Since when a transaction of the account has been waiting to be mined, whatever replaced it meanwhile; 0 while none is.";

    // money
    WALLET: Gauge "surety_wallet_ether" Ether []
        "What the key's account holds on L1.";
    BONDS_FREE: Gauge "surety_bonds_free_ether" Ether []
        "Credit in Bonds: what can be locked or withdrawn.";
    BONDS_LOCKED: Gauge "surety_bonds_locked_ether" Ether ["kind" ("root", "step")]
        "What of ours is locked in Bonds.";
    FUNDING_FLOOR: Gauge "surety_funding_floor_ether" Ether []
        "What wallet and free credit should hold together, so that one more dispute can be played to its end.";

    // evidence
    EVIDENCE_SECONDS: Histogram "surety_evidence_seconds" Seconds ["kind" ("boundary", "answer", "slots", "steps", "proof")]
        "Time to build what a dispute needs.";
    EVIDENCE_STEPS: Counter "surety_evidence_steps_total" Count []
        "Machine steps that were traced and hashed.";
    EVIDENCE_CACHED: Gauge "surety_evidence_cached" Count ["kind" ("answer", "slots", "steps")]
        "Answers and commitments kept in memory.";

    // the proposer's users
    MEMPOOL: Gauge "surety_mempool_transactions" Count ["state" ("pending", "queued")]
        "Transactions in the mempool; queued: behind a gap of nonces.";
    MEMPOOL_BYTES: Gauge "surety_mempool_bytes" Bytes []
        "Size of the mempool's transactions.";
    MEMPOOL_REJECTED: Counter "surety_mempool_rejected_total" Count ["reason"]
        "Transactions that the mempool refused or dropped, by reason.";
    BATCHES: Counter "surety_batches_total" Count ["kind" ("calldata", "blob")]
        "Batches posted, by where their data is.";
    BATCH_BYTES: Histogram "surety_batch_bytes" Bytes []
        "Size of posted batches.";
    BATCH_TRANSACTIONS: Histogram "surety_batch_transactions" Count []
        "Transactions in posted batches.";
    BATCH_FEES: Counter "surety_batch_fees_gwei_total" Gwei ["part" ("gas", "blob", "append")]
        "What posting batches cost; append: the Inbox's fee.";
    RPC_REQUESTS: Counter "surety_rpc_requests_total" Count ["method", "outcome" ("ok", "error")]
        "Requests to the L2 JSON-RPC; methods that do not exist are counted as unknown.";
    RPC_SECONDS: Histogram "surety_rpc_request_seconds" Seconds ["method"]
        "Time to answer a request of the L2 JSON-RPC.";
    RPC_CONNECTIONS: Gauge "surety_rpc_connections" Count []
        "Open WebSocket connections to the L2 JSON-RPC, and requests over HTTP under way.";

    // the relayer
    RELAYED: Counter "surety_relayed_messages_total" Count ["direction" ("up", "down")]
        "Messages brought on; up: carried out on L1; down: posted to L2.";
}
