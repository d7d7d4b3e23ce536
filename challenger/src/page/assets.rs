//! The files of the page. They are part of the program: it works without any other server.

use axum::{Router, http::header, routing::get};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Path, type and content of each.
const FILES: [(&str, &str, &str); 9] = [
    ("/", HTML, include_str!("../../page/index.html")),
    ("/watchtower.css", CSS, include_str!("../../page/watchtower.css")),
    ("/watchtower.js", SCRIPT, include_str!("../../page/watchtower.js")),
    ("/dom.js", SCRIPT, include_str!("../../page/dom.js")),
    ("/words.js", SCRIPT, include_str!("../../page/words.js")),
    ("/claims.js", SCRIPT, include_str!("../../page/claims.js")),
    ("/contests.js", SCRIPT, include_str!("../../page/contests.js")),
    ("/tables.js", SCRIPT, include_str!("../../page/tables.js")),
    ("/icon.svg", SVG, include_str!("../../page/icon.svg")),
];

/// Serves them.
pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    FILES.into_iter().fold(Router::new(), |router, (path, kind, content)| {
        let file = move || async move {
            // a newer program brings newer files
            ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], content)
        };
        router.route(path, get(file))
    })
}
