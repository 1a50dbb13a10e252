//! What is answered: files of the pages, `POST /rpc`, `GET /ws`, and nothing else.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use api::rpc::{self, MAX_TEXT};
use api::{Desk, Error};
use axum::Router;
use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Request, State};
use axum::http::header::{
    ALLOW, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures::StreamExt;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, timeout};

use super::door::{self, Door};
use super::pace::Pace;
use super::pages::Pages;
use super::token::Token;
use super::{shield, talk};

/// Connections at the same time, WebSockets included.
pub(super) const MAX_CONNECTIONS: u32 = 64;
/// How long the body of a request may take to arrive.
const BODY: Duration = Duration::from_secs(10);
/// Requests of one kind: so many at once, then so many a second.
const REQUESTS: (u32, u32) = (200, 50);
/// Wrong tokens.
const GUESSES: (u32, u32) = (10, 1);

type Refusal = Box<Response>;

/// What all connections share.
pub(super) struct Site {
    pub(super) desk: Desk,
    pub(super) token: Token,
    pub(super) places: Arc<Semaphore>,
    /// True once everybody is to leave.
    pub(super) ending: watch::Sender<bool>,
    pages: Pages,
    door: Door,
    page_pace: Mutex<Pace>,
    call_pace: Mutex<Pace>,
    guess_pace: Mutex<Pace>,
}

impl Site {
    pub(super) fn new(desk: Desk, pages: Pages, at: SocketAddr) -> Result<Self, Error> {
        let pace = |(at_once, a_second)| Mutex::new(Pace::new(at_once, a_second));
        Ok(Self {
            desk,
            token: Token::new()?,
            places: Arc::new(Semaphore::new(usize::try_from(MAX_CONNECTIONS).unwrap_or(1))),
            ending: watch::Sender::new(false),
            pages,
            door: Door::at(at),
            page_pace: pace(REQUESTS),
            call_pace: pace(REQUESTS),
            guess_pace: pace(GUESSES),
        })
    }

    /// Returns once everybody is to leave.
    pub(super) async fn ended(&self) {
        // The sender lives as long as this does.
        let _ = self.ending.subscribe().wait_for(|ending| *ending).await;
    }

    /// Lets through who knows the token, as often as is bearable. A right token is never kept
    /// waiting by wrong ones, so that nobody can lock its owner out.
    fn enter(&self, token: Option<&str>) -> Result<(), Refusal> {
        if token.is_some_and(|token| self.token.is(token)) {
            return in_time(&self.call_pace);
        }
        in_time(&self.guess_pace)?;
        let mut response = refuse(StatusCode::UNAUTHORIZED, "the token is missing or wrong");
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        Err(response)
    }
}

/// Everything that is answered.
pub(super) fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/rpc", post(call))
        .route("/ws", get(converse))
        .fallback(page)
        .layer(from_fn_with_state(Arc::clone(&site), guard))
        .with_state(site)
}

/// Before anything else: was this meant for us, and does no other site's page ask?
async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    if !site.door.admits(request.uri(), request.headers()) {
        let why = "this address is for the computer that it runs on, and for its own pages";
        return shield::over(*refuse(StatusCode::FORBIDDEN, why), None);
    }
    let host = door::only(request.headers(), &axum::http::header::HOST).map(str::to_owned);
    shield::over(next.run(request).await, host.as_deref())
}

async fn page(State(site): State<Arc<Site>>, method: Method, uri: Uri) -> Response {
    let Some(page) = site.pages.find(uri.path()) else {
        return *refuse(StatusCode::NOT_FOUND, "there is nothing here");
    };
    if method != Method::GET && method != Method::HEAD {
        let mut response = *refuse(StatusCode::METHOD_NOT_ALLOWED, "this can only be read");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    if let Err(refusal) = in_time(&site.page_pace) {
        return *refusal;
    }
    ([(CONTENT_TYPE, page.content_type)], page.bytes.clone()).into_response()
}

async fn call(State(site): State<Arc<Site>>, headers: HeaderMap, body: Body) -> Response {
    match text(&site, &headers, body).await {
        Ok(text) => match rpc::answer(&site.desk, &text).await {
            Some(reply) => ([(CONTENT_TYPE, "application/json")], reply).into_response(),
            None => StatusCode::NO_CONTENT.into_response(),
        },
        Err(refusal) => *refusal,
    }
}

async fn text(site: &Site, headers: &HeaderMap, body: Body) -> Result<String, Refusal> {
    site.enter(door::bearer(headers))?;
    let kind = door::only(headers, &CONTENT_TYPE).and_then(|kind| kind.split(';').next());
    if !kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        let why = "the content type is application/json";
        return Err(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    }
    let length = door::only(headers, &CONTENT_LENGTH).and_then(|length| length.parse().ok());
    if length.is_some_and(|length: usize| length > MAX_TEXT) {
        return Err(too_long());
    }
    let late = |_| Err(refuse(StatusCode::REQUEST_TIMEOUT, "the request took too long to arrive"));
    let bytes = timeout(BODY, read(body)).await.unwrap_or_else(late)?;
    // What is no UTF-8 is no JSON, and is answered as such.
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

async fn read(body: Body) -> Result<Vec<u8>, Refusal> {
    let (mut bytes, mut parts) = (Vec::new(), body.into_data_stream());
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| refuse(StatusCode::BAD_REQUEST, "the request broke off"))?;
        if bytes.len().saturating_add(part.len()) > MAX_TEXT {
            return Err(too_long());
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

async fn converse(
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if let Err(refusal) = site.enter(door::bearer(&headers).or_else(|| door::offered(&headers))) {
        return *refusal;
    }
    match upgrade {
        Ok(upgrade) => talk::limited(upgrade)
            .protocols([door::PROTOCOL])
            .on_upgrade(move |socket| async move { talk::talk(&site, socket).await }),
        Err(rejection) => rejection.into_response(),
    }
}

fn in_time(pace: &Mutex<Pace>) -> Result<(), Refusal> {
    let mut pace = pace.lock().unwrap_or_else(PoisonError::into_inner);
    pace.take(Instant::now()).map_err(|wait| {
        let mut response = refuse(StatusCode::TOO_MANY_REQUESTS, "too many requests; wait");
        let seconds = HeaderValue::from(wait.as_secs().saturating_add(1));
        response.headers_mut().insert(RETRY_AFTER, seconds);
        response
    })
}

fn too_long() -> Refusal {
    refuse(StatusCode::PAYLOAD_TOO_LARGE, "the request is too long")
}

/// Says no, and ends the connection: whoever is refused keeps no place.
fn refuse(status: StatusCode, why: &'static str) -> Refusal {
    let end = [(CONNECTION, HeaderValue::from_static("close"))];
    Box::new((status, end, why).into_response())
}
