//! Who may ask, and what a browser may do with the answer.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Everything comes from this server, and nothing is sent anywhere else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The names under which the page answers. A foreign page can make its own name lead to this address, and so read what is
/// behind it; it cannot make the browser ask under another name.
#[derive(Clone, Debug)]
pub(super) struct Hosts(Arc<[String]>);

impl Hosts {
    /// The address itself, `localhost` if it is this machine's, and the names that were configured.
    pub(super) fn new(address: SocketAddr, names: &[String]) -> Self {
        let mut hosts = vec![address.to_string()];
        if address.ip().is_loopback() {
            hosts.push(format!("localhost:{}", address.port()));
        }
        hosts.extend(names.iter().map(|name| name.to_ascii_lowercase()));
        Self(hosts.into())
    }

    fn admit(&self, headers: &HeaderMap) -> bool {
        let mut given = headers.get_all(header::HOST).iter();
        let host = given.next().and_then(|host| host.to_str().ok()).map(str::to_ascii_lowercase);
        given.next().is_none() && host.is_some_and(|host| self.0.contains(&host))
    }
}

/// Refuses what asks under another name, and adds the headers to every answer.
pub(super) async fn guard(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    let mut response = if hosts.admit(request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::MISDIRECTED_REQUEST, "not under this name: see `hosts` in the configuration\n")
            .into_response()
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn admits(hosts: &Hosts, given: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for host in given {
            headers.append(header::HOST, host.parse().unwrap());
        }
        hosts.admit(&headers)
    }

    #[test]
    fn only_its_own_names_are_answered() {
        let hosts = Hosts::new("127.0.0.1:8550".parse().unwrap(), &["Watch.example".to_owned()]);
        for host in ["127.0.0.1:8550", "localhost:8550", "LOCALHOST:8550", "watch.example"] {
            assert!(admits(&hosts, &[host]), "{host}");
        }
        for host in ["", "127.0.0.1", "localhost:80", "evil.example:8550", "watch.example:8550"] {
            assert!(!admits(&hosts, &[host]), "{host}");
        }
        assert!(!admits(&hosts, &[]));
        assert!(!admits(&hosts, &["127.0.0.1:8550", "evil.example"]), "one name, not two");
        let open = Hosts::new("192.0.2.1:8550".parse().unwrap(), &[]);
        assert!(admits(&open, &["192.0.2.1:8550"]) && !admits(&open, &["localhost:8550"]));
    }
}
