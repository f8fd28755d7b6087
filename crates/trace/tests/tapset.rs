//! The tapset says what the probes are; with `FERROVIRT_WRITE_TAPSET` set, it is written anew.
#![forbid(unsafe_code)]

use std::fmt::Write;
use std::path::Path;

use trace::probes::{Probe, all};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tapset/ferrovirt.stp");

const HEAD: &str = "\
# Ferrovirt's static probes by friendly names, for SystemTap.
#
#   stap -I DIRECTORY -e 'probe ferrovirt.rpc.server_client_msg_rx { println(name, \" \", $$parms) }'
#
# or put this file into /usr/share/systemtap/tapset. Programs are looked for in PATH. Each probe has
# its arguments as variables and `name`; those of packets have `msg`, the packet in one line.
#
# Written from the probes themselves; `cargo test -p ferrovirt-trace --test tapset` compares.

function ferrovirt_packet_type:string (number:long) {
    if (number == 0) return \"call\"
    if (number == 1) return \"reply\"
    if (number == 2) return \"event\"
    if (number == 3) return \"stream\"
    if (number == 4) return \"call-with-fds\"
    if (number == 5) return \"reply-with-fds\"
    if (number == 6) return \"stream-hole\"
    return sprint(number)
}

function ferrovirt_packet_status:string (number:long) {
    if (number == 0) return \"ok\"
    if (number == 1) return \"error\"
    if (number == 2) return \"continue\"
    return sprint(number)
}
";

fn tapset() -> String {
    let mut text = HEAD.to_owned();
    procedures(&mut text);
    all().for_each(|probe| alias(&mut text, probe));
    text
}

/// What the numbers in packets are called.
fn procedures(text: &mut String) {
    let programs = api::MAIN_PROGRAMS.into_iter().chain(api::ADMIN_PROGRAMS);
    let programs: Vec<_> = programs.chain([&api::keepalive::PROGRAM]).collect();
    text.push_str("\nglobal ferrovirt_programs, ferrovirt_procedures\n\nprobe init {\n");
    for program in &programs {
        let (number, name) = (program.number, program.name);
        writeln!(text, "    ferrovirt_programs[{number}] = \"{name}\"")
            .expect("a text takes all that is written");
        for row in program.rows() {
            let (procedure, name) = (row.number, row.wire_name());
            writeln!(text, "    ferrovirt_procedures[{number}, {procedure}] = \"{name}\"")
                .expect("a text takes all that is written");
        }
    }
    text.push_str("}\n");
    text.push_str(
        "\nfunction ferrovirt_message:string \
         (prog:long, vers:long, proc:long, type:long, status:long, serial:long) {\n\
         \x20   program = ferrovirt_programs[prog]\n\
         \x20   procedure = ferrovirt_procedures[prog, proc]\n\
         \x20   return sprintf(\"%s.%d.%s(%s, %s, %d)\",\n\
         \x20                  program == \"\" ? sprintf(\"%#x\", prog) : program, vers,\n\
         \x20                  procedure == \"\" ? sprint(proc) : procedure,\n\
         \x20                  ferrovirt_packet_type(type), ferrovirt_packet_status(status), serial)\n\
         }\n",
    );
}

fn alias(text: &mut String, probe: &Probe) {
    let (group, rest) = match probe.name.strip_prefix("event_glib_") {
        Some(rest) => ("event_glib", rest),
        None => probe.name.split_once('_').expect("a group comes first"),
    };
    let mark =
        |program| format!("process(\"{program}\").provider(\"libvirt\").mark(\"{}\")", probe.name);
    writeln!(
        text,
        "\nprobe ferrovirt.{group}.{rest} = {} ?,\n    {} ?",
        mark("ferrovirtd"),
        mark("fv")
    )
    .expect("a text takes all that is written");
    writeln!(text, "{{\n    name = \"{group}.{rest}\"").expect("a text takes all that is written");
    for (index, argument) in (1..).zip(probe.arguments) {
        match argument.is_text {
            true => writeln!(text, "    {} = user_string2($arg{index}, \"\")", argument.name),
            false => writeln!(text, "    {} = $arg{index}", argument.name),
        }
        .expect("a text takes all that is written");
    }
    if probe.arguments.iter().any(|argument| argument.name == "serial") {
        text.push_str("    msg = ferrovirt_message(prog, vers, proc, type, status, serial)\n");
    }
    text.push_str("}\n");
}

#[test]
fn the_tapset_says_what_the_probes_are() {
    let expected = tapset();
    if std::env::var_os("FERROVIRT_WRITE_TAPSET").is_some() {
        std::fs::write(Path::new(FILE), &expected).expect("a text takes all that is written");
    }
    let found = std::fs::read_to_string(FILE).expect("a text takes all that is written");
    assert!(
        found == expected,
        "write it anew: FERROVIRT_WRITE_TAPSET=1 cargo test -p ferrovirt-trace"
    );
}
