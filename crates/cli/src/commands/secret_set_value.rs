//! `fv secret-set-value`: set the value of a secret.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::{Failure, WhileDoing};
use crate::objects::{self, SECRET};

command!("secret-set-value", "Set the value of a secret", [
    SECRET,
    Opt::named("file", "file with the value"),
    Opt::flag("plain", "the file has the value as it is, not as base64"),
    Opt::value("base64", "the value; others may see it"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let value = value(args)?;
    let secret = objects::secret(cx, args).await?;
    secret.set_value(&value).await.while_doing(|| "Failed to set secret value".to_owned())?;
    cx.remark("Secret value set")
}

fn value(args: &Args) -> Result<Vec<u8>, Failure> {
    let decoded = |text: &[u8]| {
        let decoded = STANDARD.decode(text.trim_ascii());
        decoded.map_err(|_| Failure::new("the value is not base64"))
    };
    match (args.value("file"), args.value("base64")) {
        (Some(_), Some(_)) => {
            Err(Failure::new("Options --file and --base64 are mutually exclusive"))
        }
        (Some(file), None) => {
            let bytes = std::fs::read(file)
                .map_err(|error| Failure::io(&format!("Failed to open file '{file}'"), &error))?;
            if args.has("plain") { Ok(bytes) } else { decoded(&bytes) }
        }
        (None, Some(text)) => {
            let warning = "error: Passing secret value as command-line argument is insecure!";
            // When standard error is closed, nobody reads it.
            let _ = writeln!(std::io::stderr(), "{warning}");
            decoded(text.as_bytes())
        }
        (None, None) => Err(Failure::new("Input secret value is missing")),
    }
}
