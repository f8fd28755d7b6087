//! PLAIN: RFC 4616.

use crate::{Password, Refusal};

/// The only message: whose authority, who, and the password.
pub(crate) fn message(user: &str, password: &Password) -> Vec<u8> {
    [b"\0", user.as_bytes(), b"\0", password.bytes()].concat()
}

/// Takes it apart.
pub(crate) fn parse(message: &[u8]) -> Result<(String, Password), Refusal> {
    let malformed = || Refusal::Malformed("message of PLAIN");
    let message = std::str::from_utf8(message).map_err(|_| malformed())?;
    let mut parts = message.split('\0');
    let (authority, user, password) =
        (|| Some((parts.next()?, parts.next()?, parts.next()?)))().ok_or_else(malformed)?;
    if parts.next().is_some() || user.is_empty() || password.is_empty() {
        return Err(malformed());
    }
    if !authority.is_empty() && authority != user {
        return Err(Refusal::Authority);
    }
    Ok((user.to_owned(), Password::new(password.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::{message, parse};
    use crate::{Password, Refusal};

    #[test]
    fn what_is_said_is_understood() {
        let password = Password::new("sé cret".to_owned());
        assert_eq!(parse(&message("ann", &password)).unwrap(), ("ann".to_owned(), password));
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for bad in ["", "ann", "\0ann", "\0\0secret", "\0ann\0", "\0ann\0secret\0more"] {
            assert!(matches!(parse(bad.as_bytes()), Err(Refusal::Malformed(_))), "{bad:?}");
        }
        assert!(matches!(parse(b"root\0ann\0secret"), Err(Refusal::Authority)));
    }
}
