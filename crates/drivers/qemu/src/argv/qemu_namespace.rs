//! The `qemu:` namespace: arguments, environment and properties that the user gives as they are.

use config::Error;
use config::domain::clock::ClockOffset;
use config::domain::graphics::{AudioType, Graphics};
use config::domain::namespace::{Property, PropertyType};

use super::Result;
use super::line::Line;
use super::props::Props;

impl Line<'_> {
    /// The user's own arguments.
    pub(super) fn namespace_arguments(&mut self) {
        let own = self.domain.qemu.commandline.iter().flat_map(|line| &line.args);
        own.for_each(|argument| self.flag(&argument.value));
    }

    /// QEMU's environment: small, and the same whoever started the daemon.
    pub(super) fn environment(&self) -> Vec<(String, String)> {
        let home = self.directory();
        let below = |path: &str| home.join(path).display().to_string();
        let mut env = vec![
            ("LC_ALL".to_owned(), "C".to_owned()),
            (
                "PATH".to_owned(),
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
            ),
            ("HOME".to_owned(), home.display().to_string()),
            ("XDG_DATA_HOME".to_owned(), below(".local/share")),
            ("XDG_CACHE_HOME".to_owned(), below(".cache")),
            ("XDG_CONFIG_HOME".to_owned(), below(".config")),
        ];
        let clock = self.domain.clock.as_ref().filter(|c| c.offset == Some(ClockOffset::Timezone));
        if let Some(zone) = clock.and_then(|clock| clock.timezone.as_deref()) {
            env.push(("TZ".to_owned(), zone.to_owned()));
        }
        env.extend(self.display_environment());
        let sdl = self.domain.devices.audios.iter().filter(|audio| audio.kind == AudioType::Sdl);
        let driver = sdl.filter_map(|audio| audio.driver).next();
        env.extend(driver.map(|driver| ("SDL_AUDIODRIVER".to_owned(), driver.to_string())));
        let own = self.domain.qemu.commandline.iter().flat_map(|line| &line.env);
        env.extend(own.map(|variable| {
            (variable.name.to_string(), variable.value.as_deref().unwrap_or_default().to_owned())
        }));
        env
    }

    /// The screen of a window.
    fn display_environment(&self) -> Vec<(String, String)> {
        let window = self.domain.devices.graphics.iter().find_map(|graphics| match graphics {
            Graphics::Sdl(sdl) => Some(sdl),
            _ => None,
        });
        let Some(window) = window else { return Vec::new() };
        let variables = [("XAUTHORITY", &window.xauth), ("DISPLAY", &window.display)];
        let said = variables
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value.as_ref()?.to_string())));
        said.collect()
    }

    /// Changes a device's properties as `qemu:override` says.
    pub(super) fn override_properties(&self, props: &mut Props) -> Result<()> {
        let Some(overrides) = &self.domain.qemu.overrides else {
            return Ok(());
        };
        let Some(id) = props.text("id").map(str::to_owned) else {
            return Ok(());
        };
        let of_device = overrides.devices.iter().filter(|device| *device.alias == *id);
        for property in of_device.flat_map(|device| &device.frontend.properties) {
            override_property(props, property)?;
        }
        Ok(())
    }
}

fn override_property(props: &mut Props, property: &Property) -> Result<()> {
    let value = property.value.as_deref().unwrap_or_default();
    let refused = || {
        let what =
            format!("invalid value '{value}' of property '{}' in qemu:override", property.name);
        Error::unsupported(what)
    };
    let name = &property.name;
    match property.kind {
        PropertyType::String => props.set(name, value),
        PropertyType::Signed => props.set(name, value.parse::<i64>().map_err(|_| refused())?),
        PropertyType::Unsigned => props.set(name, value.parse::<u64>().map_err(|_| refused())?),
        PropertyType::Bool => match value {
            "true" => props.set(name, true),
            "false" => props.set(name, false),
            _ => return Err(refused()),
        },
        PropertyType::Remove => {
            props.remove(name);
            props
        }
    };
    Ok(())
}
