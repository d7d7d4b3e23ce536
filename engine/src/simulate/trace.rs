//! geth's tracers.

use alloy::rpc::types::{
    TransactionRequest,
    trace::geth::{
        GethDebugBuiltInTracerType, GethDebugTracerType, GethDebugTracingOptions, GethTrace,
        TraceResult,
    },
};
use alloy_primitives::B256;
use revm::{
    DatabaseRef,
    context::{BlockEnv, TxEnv, result::ResultAndState},
};
use revm_inspectors::tracing::{DebugInspector, DebugInspectorError, TransactionContext};

use super::{Scene, SimulateError, request::fill, watch::Records};
use crate::{
    authenticated::source::{CodeSource, NodeSource},
    execute::error::StateError,
};

/// Which of geth's tracers watches, and how.
#[derive(Clone, Debug, Default)]
pub struct Tracer(GethDebugTracingOptions);

impl Tracer {
    /// The tracer that `options` name: struct logs, `callTracer`, `flatCallTracer`, `prestateTracer`, `4byteTracer` or
    /// `noopTracer`. Their `timeout` is not heeded: the [`Quota`](super::Quota)'s is.
    ///
    /// # Errors
    /// [`SimulateError::Request`] for another tracer, or a configuration that is not its own.
    pub fn new(options: GethDebugTracingOptions) -> Result<Self, SimulateError> {
        use GethDebugBuiltInTracerType::{
            CallTracer, FlatCallTracer, FourByteTracer, NoopTracer, PreStateTracer,
        };
        let known = match &options.tracer {
            None => true,
            Some(GethDebugTracerType::BuiltInTracer(tracer)) => matches!(
                tracer,
                CallTracer | FlatCallTracer | FourByteTracer | NoopTracer | PreStateTracer
            ),
            Some(GethDebugTracerType::JsTracer(source)) => source.is_empty(),
        };
        let tracer = Self(options);
        if !known {
            return Err(SimulateError::Request("there is no such tracer here"));
        }
        tracer.inspector().map(|_| tracer)
    }

    /// A fresh tracer, and what it records.
    pub(super) fn inspector(&self) -> Result<(DebugInspector, Records), SimulateError> {
        let inspector = DebugInspector::new(self.0.clone()).map_err(|error| match error {
            DebugInspectorError::InvalidTracerConfig => {
                SimulateError::Request("the tracer's configuration is not one of its own")
            }
            _ => SimulateError::Request("there is no such tracer here"),
        })?;
        let records = match &inspector {
            DebugInspector::Default(_, options) => Records {
                steps: options.limit.filter(|limit| *limit > 0).unwrap_or(u64::MAX),
                stack: !options.disable_stack.unwrap_or_default(),
                memory: options.is_memory_enabled(),
                returndata: options.is_return_data_enabled(),
                storage: options.is_storage_enabled(),
                calls: true,
            },
            DebugInspector::Noop(_) => Records::default(),
            _ => Records { calls: true, ..Records::default() },
        };
        Ok((inspector, records))
    }
}

/// What `inspector` saw of a transaction that ran on `state`.
pub(super) fn report<D: DatabaseRef<Error = StateError>>(
    inspector: &mut DebugInspector,
    context: Option<TransactionContext>,
    (transaction, block): (&TxEnv, &BlockEnv),
    outcome: &ResultAndState,
    state: &mut D,
) -> Result<GethTrace, SimulateError> {
    inspector.get_result(context, transaction, block, outcome, state).map_err(|error| match error {
        DebugInspectorError::Database(cause) => cause.into(),
        other => SimulateError::Evm(other.to_string()),
    })
}

/// Calls in `scene` and tells what `tracer` saw.
///
/// # Errors
/// [`SimulateError`]; a call that fails has a trace, too.
pub fn trace_call<S: NodeSource + CodeSource>(
    scene: &Scene<S>,
    request: TransactionRequest,
    tracer: &Tracer,
) -> Result<GethTrace, SimulateError> {
    let transaction = fill(scene, request, scene.quota.gas)?;
    let (inspector, records) = tracer.inspector()?;
    let (outcome, mut inspector) = scene.run(transaction.clone(), inspector, records)?;
    let block = scene.block.clone();
    report(&mut inspector, None, (&transaction, &block), &outcome, &mut scene.state.clone())
}

/// A transaction's trace, as the answers about a whole block list it.
#[must_use]
pub fn listed(hash: B256, trace: GethTrace) -> TraceResult {
    TraceResult::new_success(trace, Some(hash))
}
