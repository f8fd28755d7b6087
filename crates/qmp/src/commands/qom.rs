//! QEMU's object model.

use crate::{Command, Monitor, QmpError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A property of an object or of a kind of object. **Source**: `ObjectPropertyInfo`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct QomProperty {
    /// Its name.
    pub name: String,
    /// Its type; `child<T>` is a part, `link<T>` a reference.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is good for.
    pub description: Option<String>,
    /// Its value unless it is set.
    pub default_value: Option<Value>,
}

impl Monitor {
    /// The value of a property of the object at `path`.
    pub async fn qom_get<T: DeserializeOwned>(
        &self,
        path: &str,
        property: &str,
    ) -> Result<T, QmpError> {
        self.execute_as(&Command::with("qom-get", json!({"path": path, "property": property})))
            .await
    }

    /// Sets a property of the object at `path`.
    pub async fn qom_set(
        &self,
        path: &str,
        property: &str,
        value: impl Into<Value>,
    ) -> Result<(), QmpError> {
        let arguments = json!({"path": path, "property": property, "value": value.into()});
        self.perform(&Command::with("qom-set", arguments)).await
    }

    /// The properties of the object at `path`.
    pub async fn qom_list(&self, path: &str) -> Result<Vec<QomProperty>, QmpError> {
        self.execute_as(&Command::with("qom-list", json!({"path": path}))).await
    }

    /// The names of all kinds of object, abstract ones apart.
    pub async fn qom_list_types(&self) -> Result<Vec<String>, QmpError> {
        #[derive(Deserialize)]
        struct Kind {
            name: String,
        }
        let kinds: Vec<Kind> = self.execute_as(&Command::new("qom-list-types")).await?;
        Ok(kinds.into_iter().map(|kind| kind.name).collect())
    }

    /// The properties that `-device kind` accepts.
    pub async fn device_list_properties(&self, kind: &str) -> Result<Vec<QomProperty>, QmpError> {
        self.execute_as(&Command::with("device-list-properties", json!({"typename": kind}))).await
    }

    /// The properties of a kind of object, such as a machine.
    pub async fn qom_list_properties(&self, kind: &str) -> Result<Vec<QomProperty>, QmpError> {
        self.execute_as(&Command::with("qom-list-properties", json!({"typename": kind}))).await
    }
}
