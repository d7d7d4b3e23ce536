//! What a daemon tells whoever supervises it: systemd's notification protocol (sd_notify(3)), if `NOTIFY_SOCKET` names a
//! socket. Without one nothing is told.

use std::{
    env, io,
    os::{
        linux::net::SocketAddrExt as _,
        unix::{
            ffi::OsStrExt as _,
            net::{SocketAddr, UnixDatagram},
        },
    },
    pin::pin,
};

use tokio::sync::watch::Receiver;
use tracing::warn;

/// The variable that names the socket.
const SOCKET: &str = "NOTIFY_SOCKET";

/// What the supervisor is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has started, or has finished another round: it does not hang.
    Alive,
    /// It ends.
    Stopping,
}

impl State {
    const fn message(self) -> &'static str {
        match self {
            Self::Alive => "READY=1\nWATCHDOG=1",
            Self::Stopping => "STOPPING=1",
        }
    }
}

/// The way to the supervisor, if there is one.
#[derive(Debug, Default)]
pub struct Supervisor(Option<UnixDatagram>);

impl Supervisor {
    /// The supervisor that the environment names.
    #[must_use]
    pub fn from_environment() -> Self {
        let Some(name) = env::var_os(SOCKET) else { return Self::default() };
        Self::at(name.as_bytes()).unwrap_or_else(|error| {
            warn!(%error, "the supervisor cannot be reached");
            Self::default()
        })
    }

    /// The supervisor at a path, or after `@` at an abstract name.
    fn at(name: &[u8]) -> io::Result<Self> {
        let address = match name {
            [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
            path => SocketAddr::from_pathname(std::ffi::OsStr::from_bytes(path))?,
        };
        let socket = UnixDatagram::unbound()?;
        socket.connect_addr(&address)?;
        socket.set_nonblocking(true)?;
        Ok(Self(Some(socket)))
    }

    /// Does `work`, and tells with each of its `steps` that it does not hang.
    pub async fn accompany<T>(&self, mut steps: Receiver<()>, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                Ok(()) = steps.changed() => self.tell(State::Alive),
            }
        }
    }

    /// Tells it how the daemon is. What does not arrive is told again with the next round.
    pub fn tell(&self, state: State) {
        if let Some(socket) = &self.0
            && let Err(error) = socket.send(state.message().as_bytes())
        {
            warn!(%error, "the supervisor was not told");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn told(listener: &UnixDatagram, supervisor: &Supervisor, state: State) -> String {
        supervisor.tell(state);
        let mut buffer = [0; 64];
        let length = listener.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(buffer.get(..length).unwrap()).into_owned()
    }

    #[test]
    fn it_is_told_at_a_path_and_at_an_abstract_name() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("notify");
        let listener = UnixDatagram::bind(&path).unwrap();
        let supervisor = Supervisor::at(path.as_os_str().as_bytes()).unwrap();
        assert_eq!(told(&listener, &supervisor, State::Alive), "READY=1\nWATCHDOG=1");
        assert_eq!(told(&listener, &supervisor, State::Stopping), "STOPPING=1");

        let name = format!("surety-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let listener = UnixDatagram::bind_addr(&address).unwrap();
        let supervisor = Supervisor::at(format!("@{name}").as_bytes()).unwrap();
        assert_eq!(told(&listener, &supervisor, State::Alive), "READY=1\nWATCHDOG=1");
    }

    #[tokio::test]
    async fn long_work_is_told_of_while_it_gets_on() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("notify");
        let listener = UnixDatagram::bind(&path).unwrap();
        listener.set_nonblocking(true).unwrap();
        let supervisor = Supervisor::at(path.as_os_str().as_bytes()).unwrap();
        let steps = tokio::sync::watch::Sender::new(());
        let work = async {
            for _ in 0..3 {
                steps.send_replace(());
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            7
        };
        assert_eq!(supervisor.accompany(steps.subscribe(), work).await, 7);
        let told = std::iter::from_fn(|| listener.recv(&mut [0; 64]).ok()).count();
        assert_eq!(told, 3);
    }

    #[test]
    fn without_one_nothing_happens() {
        Supervisor::default().tell(State::Alive);
        assert!(Supervisor::at(b"/nowhere/at/all").is_err());
    }
}
