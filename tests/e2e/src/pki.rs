//! Certificates for one test, made by GnuTLS's `certtool`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::Outcome;

/// A certificate that is good for a server on this machine.
pub const SERVER: &str = "organization = Facts\ncn = localhost\ndns_name = localhost\n\
    ip_address = 127.0.0.1\ntls_www_server\nencryption_key\nsigning_key\nexpiration_days = 30\n";
/// A certificate that is good for the client `client1`.
pub const CLIENT: &str = "country = XX\norganization = Facts\ncn = client1\ntls_www_client\n\
    encryption_key\nsigning_key\nexpiration_days = 30\n";
/// To be appended to a template: good in a past year only.
pub const PAST: &str =
    "activation_date = \"2020-01-01 00:00:00\"\nexpiration_date = \"2021-01-01 00:00:00\"\n";

/// A certificate authority and whatever it has signed.
pub struct Authority {
    directory: TempDir,
}

/// A certificate and its key.
pub struct Certificate {
    /// The certificate's file.
    pub certificate: PathBuf,
    /// The key's file.
    pub key: PathBuf,
}

impl Default for Authority {
    fn default() -> Self {
        Self::new("cn = Test CA\nca\ncert_signing_key\ncrl_signing_key\nexpiration_days = 30\n")
    }
}

impl Authority {
    /// Makes an authority as `template` says.
    #[track_caller]
    pub fn new(template: &str) -> Self {
        let authority = Self { directory: tempfile::tempdir().expect("/tmp is writable") };
        let key = authority.make_key("ca");
        let template = authority.write("ca.template", template);
        authority.certtool(
            &["-s"],
            &[("--load-privkey", &key), ("--template", &template)],
            "ca.pem",
        );
        authority
    }

    /// Its own certificate.
    pub fn certificate(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    fn key(&self) -> PathBuf {
        self.directory.path().join("ca.key")
    }

    /// Signs a certificate as `template` says.
    #[track_caller]
    pub fn issue(&self, name: &str, template: &str) -> Certificate {
        let key = self.make_key(name);
        let template = self.write(&format!("{name}.template"), template);
        let (authority, authority_key) = (self.certificate(), self.key());
        let files: [(&str, &Path); 4] = [
            ("--load-privkey", &key),
            ("--load-ca-certificate", &authority),
            ("--load-ca-privkey", &authority_key),
            ("--template", &template),
        ];
        let certificate = self.certtool(&["-c"], &files, &format!("{name}.pem"));
        Certificate { certificate, key }
    }

    /// A list that takes a certificate back.
    #[track_caller]
    pub fn revoke(&self, certificate: &Certificate) -> PathBuf {
        let template = self.write("crl.template", "crl_next_update = 30\ncrl_number = 1\n");
        let (authority, authority_key) = (self.certificate(), self.key());
        let files: [(&str, &Path); 4] = [
            ("--load-ca-certificate", &authority),
            ("--load-ca-privkey", &authority_key),
            ("--load-certificate", &certificate.certificate),
            ("--template", &template),
        ];
        self.certtool(&["--generate-crl"], &files, "crl.pem")
    }

    /// A directory as `pkipath=` wants it, for a client that trusts this authority.
    #[track_caller]
    pub fn pkipath(&self, name: &str, own: Option<&Certificate>) -> String {
        let directory = self.directory.path().join(name);
        fs::create_dir_all(&directory).expect("the directory is ours");
        let copy = |from: &Path, to: &str| {
            fs::copy(from, directory.join(to)).expect("the directory is ours");
        };
        copy(&self.certificate(), "cacert.pem");
        if let Some(own) = own {
            copy(&own.certificate, "clientcert.pem");
            copy(&own.key, "clientkey.pem");
        }
        directory.to_string_lossy().into_owned()
    }

    /// The daemon's settings for a certificate of this authority.
    pub fn settings(&self, server: &Certificate) -> String {
        format!(
            "ca_file = {:?}\ncert_file = {:?}\nkey_file = {:?}\n",
            self.certificate(),
            server.certificate,
            server.key
        )
    }

    fn make_key(&self, name: &str) -> PathBuf {
        let words = ["--generate-privkey", "--key-type", "rsa", "--bits", "2048"];
        self.certtool(&words, &[], &format!("{name}.key"))
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.directory.path().join(name);
        fs::write(&path, text).expect("the directory is ours");
        path
    }

    #[track_caller]
    fn certtool(&self, words: &[&str], files: &[(&str, &Path)], output: &str) -> PathBuf {
        let output = self.directory.path().join(output);
        let mut certtool = Command::new("certtool");
        certtool.args(words).arg("--outfile").arg(&output).env("TZ", "UTC");
        for (option, file) in files {
            certtool.arg(option).arg(file);
        }
        Outcome::of(&mut certtool).ok();
        output
    }
}
