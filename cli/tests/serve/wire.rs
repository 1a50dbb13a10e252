//! What crosses: raw HTTP, so that foreign heads can be written, WebSockets and calls.

use std::io::Read;
use std::net::TcpStream;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Message, WebSocket};

/// One call as a text.
pub(crate) fn request(id: u32, method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
}

/// What was answered to a request.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Reply {
    /// Reads to the end of the connection.
    #[track_caller]
    pub(crate) fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        // Who is refused before it has said all is cut off after the answer.
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {text}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// True if no header lets another site's page see this.
    pub(crate) fn is_for_nobody_else(&self) -> bool {
        !self.head.to_ascii_lowercase().contains("access-control-")
    }
}

/// An open WebSocket.
pub(crate) struct Socket {
    socket: WebSocket<TcpStream>,
    pub(crate) protocol: Option<String>,
}

impl Socket {
    pub(crate) fn new(socket: WebSocket<TcpStream>, protocol: Option<String>) -> Self {
        Self { socket, protocol }
    }

    pub(crate) fn send(&mut self, message: Message) {
        self.socket.send(message).unwrap();
    }

    pub(crate) fn say(&mut self, text: String) {
        self.send(Message::text(text));
    }

    /// The next answer; events and pongs are passed over.
    #[track_caller]
    pub(crate) fn answer(&mut self) -> Value {
        loop {
            let Message::Text(text) = self.socket.read().unwrap() else { continue };
            let answer: Value = serde_json::from_str(&text).unwrap();
            if answer.get("method").is_none() {
                return answer;
            }
        }
    }

    /// Reads to the end; the code of the other side's goodbye.
    pub(crate) fn goodbye(mut self) -> Option<u16> {
        loop {
            match self.socket.read() {
                Ok(Message::Close(frame)) => return frame.map(|frame| frame.code.into()),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }
}
