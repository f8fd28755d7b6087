//! `fv set-user-sshkeys`: change by which SSH keys a user of a guest may log in.

use ferrovirt::api::DomainAuthorizedSSHKeysSetFlags as Flags;

use crate::arguments::{Args, Opt};
use crate::context::{self, Context, Outcome};
use crate::failure::Failure;
use crate::selection::DOMAIN;

command!("set-user-sshkeys", "Change by which SSH keys a user of a guest may log in", [
    DOMAIN,
    Opt::value("user", "the user").required(),
    Opt::named("file", "file with the keys, a line each"),
    Opt::flag("reset", "let these be the only ones"),
    Opt::flag("remove", "take these away"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    args.exclusive(&["reset", "remove"])?;
    let (reset, remove) = (args.has("reset"), args.has("remove"));
    let keys = match args.value("file") {
        Some(file) => keys(&context::read_file(file)?),
        None if remove => {
            return Err(Failure::new("Option --file is required by option --remove"));
        }
        None if !reset => return Err(Failure::new("Option --file is required")),
        None => Vec::new(),
    };
    let how = match (reset, remove) {
        (true, _) => Flags::default(),
        (_, true) => Flags::REMOVE,
        _ => Flags::APPEND,
    };
    let domain = cx.domain(args.required("domain")).await?;
    Ok(domain.set_ssh_keys(args.required("user"), keys, how).await?)
}

fn keys(file: &str) -> Vec<String> {
    file.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_key_is_a_line() {
        assert_eq!(super::keys("ssh-a A\n\nssh-b B me\n"), ["ssh-a A", "ssh-b B me"]);
        assert!(super::keys("").is_empty());
    }
}
