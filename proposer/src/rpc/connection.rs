//! One caller's connection, and the answers that it still has to take. The transport queues answers without a bound; here
//! they have one: a caller that leaves them is not read from either, and is dropped in the end.

use std::{
    collections::VecDeque,
    io::{self, IoSlice},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Sleep, sleep},
};

use super::error::RpcError;

/// Answers of full size that may wait, of all connections together and of one.
const WAITING: usize = 8;
const WAITING_OF_ONE: usize = 4;
/// Calls of a connection that are under way, or whose answers wait: it is not read from while there are so many.
const CALLS: usize = 32;
/// Answers up to so many bytes need no room: when others have taken all of it, small questions are still answered.
const SMALL: usize = 4 << 10;
/// How long a caller may take nothing of what waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes of answers that may wait until their callers take them.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    bytes: Arc<Semaphore>,
    of_one: usize,
}

impl Budget {
    /// For answers of at most `max_response_bytes`.
    pub(crate) fn new(max_response_bytes: u32) -> Self {
        let full = max_response_bytes as usize;
        let bytes = full.saturating_mul(WAITING).min(Semaphore::MAX_PERMITS);
        Self { bytes: Arc::new(Semaphore::new(bytes)), of_one: full.saturating_mul(WAITING_OF_ONE) }
    }
}

/// Room for an answer, in bytes; given back when it is dropped.
pub(crate) type Room = OwnedSemaphorePermit;

/// What a connection still has to take.
#[derive(Debug)]
pub(crate) struct Connection {
    budget: Budget,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: usize,
    /// Bytes that are left of each answer, in the order in which they are written.
    answers: VecDeque<usize>,
    /// Their sum.
    unsent: usize,
    room: Option<Room>,
    /// Who wants to read while there is too much.
    reader: Option<Waker>,
    closed: bool,
}

impl State {
    fn is_full(&self) -> bool {
        self.calls.saturating_add(self.answers.len()) >= CALLS
    }

    fn wake(&mut self) {
        if (self.closed || !self.is_full())
            && let Some(reader) = self.reader.take()
        {
            reader.wake();
        }
    }
}

/// A call under way.
#[derive(Debug)]
pub(crate) struct Call(Arc<Connection>);

impl Drop for Call {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.calls = state.calls.saturating_sub(1);
        state.wake();
    }
}

impl Connection {
    /// A connection that has to take nothing yet.
    pub(crate) fn new(budget: &Budget) -> Arc<Self> {
        Arc::new(Self { budget: budget.clone(), state: Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A call is under way until what this gives is dropped.
    pub(crate) fn call(self: &Arc<Self>) -> Call {
        let mut state = self.state();
        state.calls = state.calls.saturating_add(1);
        Call(Arc::clone(self))
    }

    /// Room for an answer, or a part of one.
    ///
    /// # Errors
    /// [`RpcError::LimitExceeded`] when too much waits already.
    pub(crate) fn room(&self, bytes: usize) -> Result<Room, RpcError> {
        let full = || RpcError::LimitExceeded("too many answers wait to be read".to_owned());
        if self.state().unsent.saturating_add(bytes) > self.budget.of_one {
            return Err(full());
        }
        let permits = u32::try_from(bytes).map_err(|_| full())?;
        Arc::clone(&self.budget.bytes).try_acquire_many_owned(permits).map_err(|_| full())
    }

    /// Room for a whole answer, if it needs any.
    ///
    /// # Errors
    /// [`RpcError::LimitExceeded`] when too much waits already.
    pub(crate) fn room_of_answer(&self, bytes: usize) -> Result<Option<Room>, RpcError> {
        (bytes > SMALL).then(|| self.room(bytes)).transpose()
    }

    /// An answer is about to be written; its room is given back as the caller takes it.
    pub(crate) fn queue(&self, bytes: usize, room: Option<Room>) {
        let mut state = self.state();
        if state.closed {
            return;
        }
        state.answers.push_back(bytes);
        state.unsent = state.unsent.saturating_add(bytes);
        match (&mut state.room, room) {
            (Some(all), Some(room)) => all.merge(room),
            (all @ None, room) => *all = room,
            (Some(_), None) => {}
        }
    }

    /// So many bytes of what was queued wait no longer.
    pub(crate) fn taken(&self, bytes: usize) {
        let mut state = self.state();
        let mut left = bytes.min(state.unsent);
        state.unsent -= left;
        while let Some(first) = state.answers.front_mut() {
            let part = left.min(*first);
            *first -= part;
            left -= part;
            if *first > 0 {
                break;
            }
            state.answers.pop_front();
        }
        let unsent = state.unsent;
        if let Some(room) = &mut state.room {
            drop(room.split(room.num_permits().saturating_sub(unsent)));
        }
        state.wake();
    }

    fn poll_room_for_calls(&self, context: &Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.state();
        if state.closed {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        if state.is_full() {
            state.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }

    fn close(&self) {
        let mut state = self.state();
        let reader = state.reader.take();
        *state = State { calls: state.calls, closed: true, ..State::default() };
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

/// The socket of a [`Connection`].
#[derive(Debug)]
pub(crate) struct Wire<I> {
    io: I,
    connection: Arc<Connection>,
    patience: Duration,
    /// When patience ends, while the caller takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<I> Wire<I> {
    /// Counts for `connection` what is written to `io`.
    pub(crate) const fn new(io: I, connection: Arc<Connection>) -> Self {
        Self { io, connection, patience: PATIENCE, stalled: None }
    }

    fn written(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Pending => {
                let patience = self.patience;
                let end = self.stalled.get_or_insert_with(|| Box::pin(sleep(patience)));
                ready!(end.as_mut().poll(context));
                self.connection.close();
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            Poll::Ready(Ok(bytes)) => {
                self.stalled = None;
                self.connection.taken(bytes);
                Poll::Ready(Ok(bytes))
            }
            failed @ Poll::Ready(Err(_)) => failed,
        }
    }
}

impl<I> Drop for Wire<I> {
    fn drop(&mut self) {
        self.connection.close();
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Wire<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.connection.poll_room_for_calls(context))?;
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Wire<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(context, bytes);
        self.written(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(context, slices);
        self.written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, duplex},
        time::timeout,
    };

    use super::*;

    const SOON: Duration = Duration::from_millis(50);
    const FULL: usize = 100_000;

    fn free(budget: &Budget) -> usize {
        budget.bytes.available_permits()
    }

    #[test]
    fn room_is_bounded_for_one_connection_and_for_all_and_comes_back_as_answers_are_taken() {
        let budget = Budget::new(FULL as u32);
        let connections = [0; 3].map(|_| Connection::new(&budget));
        let answer = |connection: &Connection| {
            let room = connection.room_of_answer(FULL)?;
            connection.queue(FULL, room);
            Ok::<_, RpcError>(())
        };
        let taken: Vec<usize> = connections
            .iter()
            .map(|it| (0..9).take_while(|_| answer(it).is_ok()).count())
            .collect();
        assert_eq!((taken, free(&budget)), (vec![4, 4, 0], 0));
        let [one, other, small] = connections;
        assert!(matches!(small.room(1), Err(RpcError::LimitExceeded(_))));
        assert!(small.room_of_answer(SMALL).unwrap().is_none(), "the small need none");
        one.taken(FULL + FULL / 2);
        assert_eq!((free(&budget), one.state().answers.len()), (FULL + FULL / 2, 3));
        answer(&small).unwrap();
        one.taken(FULL * 9);
        other.close();
        assert_eq!(free(&budget), FULL * 7, "who is gone holds nothing");
        other.queue(FULL, Some(other.room(FULL).unwrap()));
        assert_eq!(free(&budget), FULL * 7);
    }

    #[tokio::test]
    async fn who_has_too_many_calls_is_read_again_when_one_of_them_is_answered() {
        let connection = Connection::new(&Budget::new(FULL as u32));
        let (ours, mut theirs) = duplex(1 << 20);
        let mut wire = Wire::new(ours, Arc::clone(&connection));
        theirs.write_all(&[7; 3]).await.unwrap();
        let mut calls: Vec<Call> = (0..CALLS).map(|_| connection.call()).collect();
        assert!(timeout(SOON, wire.read_u8()).await.is_err());
        // one of them is answered, but the answer waits
        connection.queue(10, None);
        calls.pop();
        assert!(timeout(SOON, wire.read_u8()).await.is_err());
        wire.write_all(&[1; 9]).await.unwrap();
        assert!(timeout(SOON, wire.read_u8()).await.is_err());
        wire.write_all(&[1; 9]).await.unwrap();
        assert_eq!(wire.read_u8().await.unwrap(), 7);
        let more = connection.call();
        let (read, ()) = tokio::join!(wire.read_u8(), async { drop(more) });
        assert_eq!(read.unwrap(), 7, "the reader is woken");
    }

    #[tokio::test]
    async fn who_takes_nothing_is_dropped() {
        let budget = Budget::new(FULL as u32);
        let connection = Connection::new(&budget);
        let (ours, mut theirs) = duplex(16);
        let mut wire = Wire::new(ours, Arc::clone(&connection));
        wire.patience = SOON * 2;
        connection.queue(FULL, Some(connection.room(FULL).unwrap()));
        // slow, but not idle
        let slow = async {
            for _ in 0..4 {
                tokio::time::sleep(SOON).await;
                theirs.read_exact(&mut [0; 16]).await.unwrap();
            }
        };
        let (written, ()) = tokio::join!(timeout(SOON * 5, wire.write_all(&[0; FULL])), slow);
        assert!(written.is_err(), "it waits on");
        assert!(free(&budget) < FULL * 8);
        let refused = wire.write_all(&[0; FULL]).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
        assert_eq!(wire.read_u8().await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(free(&budget), FULL * 8);
    }
}
