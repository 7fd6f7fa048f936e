//! What `why` and `who-can` ask about, and how each kind of object answers.

use cmlint_model::Scope;
use cmlint_model::proof::{Answer, Proof};
use cmlint_model::views::{
    AskedRight, Guarded, Holders, On, Permissions, Principals, Ruling, Securable, Sql, SqlRight,
};
use cmlint_winsec::{Sid, Tri};

use crate::show::nearest;

/// An object that somebody may have a right on.
pub(crate) enum Object<'q> {
    /// Something with a security descriptor.
    Guarded(Box<Guarded>),
    /// A database, or a part of one: the schema `dbo`, the object `dbo.SC_UserAccount`.
    Database {
        /// The server and the database.
        at: Scope,
        /// The part.
        part: Option<Securable<'q>>,
    },
    /// A type of object of the product.
    Secured {
        /// Its identifier.
        object_type: i64,
        /// Any of it, or those in a collection or security scope.
        on: On<'q>,
    },
}

/// The views that answer.
#[derive(Clone, Copy)]
pub(crate) struct Views<'w, 's> {
    pub(crate) principals: &'w Principals<'s>,
    pub(crate) sql: &'w Sql<'s>,
    pub(crate) permissions: &'w Permissions<'s>,
}

impl Object<'_> {
    /// Its name, in a form that can be typed.
    pub(crate) fn label(&self, views: Views<'_, '_>) -> String {
        match self {
            Object::Guarded(guarded) => match &guarded.host {
                Some(host) => format!("{host}:{}", guarded.label),
                None => guarded.label.clone(),
            },
            Object::Database { at, part } => database(at, *part),
            Object::Secured { object_type, on } => {
                secured(&views.permissions.object_type_name(*object_type), *on)
            }
        }
    }

    /// Whether somebody has a right.
    ///
    /// # Errors
    /// Names of rights that look like the one that was typed.
    pub(crate) fn allows(&self, who: &Sid, right: &str, views: Views<'_, '_>) -> Result<Ruling, Vec<String>> {
        let principals = views.principals;
        Ok(match self {
            Object::Guarded(guarded) => guarded.allows(who, access(guarded, right)?, principals),
            Object::Database { at, part } => {
                let right = permission(at, *part, right, views)?;
                ruling(views.sql.sql_right(who, at, right, principals))
            }
            Object::Secured { object_type, on } => {
                let mask = operation(*object_type, right, views)?;
                ruling(views.permissions.can_on(who, *object_type, mask, *on, principals))
            }
        })
    }

    /// Everybody who has a right.
    ///
    /// # Errors
    /// As [`Self::allows`].
    pub(crate) fn holders(&self, right: &str, views: Views<'_, '_>) -> Result<Holders, Vec<String>> {
        let principals = views.principals;
        Ok(match self {
            Object::Guarded(guarded) => guarded.holders(access(guarded, right)?, principals),
            Object::Database { at, part } => {
                let right = permission(at, *part, right, views)?;
                views.sql.holders(at, right, principals)
            }
            Object::Secured { object_type, on } => {
                let mask = operation(*object_type, right, views)?;
                views.permissions.everybody(*object_type, mask, *on, principals)
            }
        })
    }
}

/// `sql:sql01.contoso.com/cm_ps1`
pub(crate) fn database(at: &Scope, part: Option<Securable<'_>>) -> String {
    match part {
        Some(Securable::Schema(part) | Securable::Object(part)) => format!("sql:{}/{part}", at.key()),
        Some(Securable::Anything) | None => format!("sql:{}", at.key()),
    }
}

/// `configmgr:Collection/Pilots`
pub(crate) fn secured(object_type: &str, on: On<'_>) -> String {
    match on {
        On::Collection(place) | On::Scope(place) => format!("configmgr:{object_type}/{place}"),
        On::Anything => format!("configmgr:{object_type}"),
    }
}

fn access(guarded: &Guarded, name: &str) -> Result<AskedRight, Vec<String>> {
    match guarded.kind.object_right(name) {
        Some(right) => Ok(AskedRight { mask: right.mask, object_type: right.object_type }),
        None => Err(nearest(name, guarded.kind.rights().map(|(known, _)| known))),
    }
}

fn permission<'r>(
    at: &Scope,
    part: Option<Securable<'r>>,
    name: &'r str,
    views: Views<'_, '_>,
) -> Result<SqlRight<'r>, Vec<String>> {
    views.sql.right_named(at, part, name).map_err(|known| nearest(name, known.iter().map(String::as_str)))
}

fn operation(object_type: i64, name: &str, views: Views<'_, '_>) -> Result<i64, Vec<String>> {
    views.permissions.operation_by_name(object_type, name).ok_or_else(|| {
        let known = views.permissions.operation_names(object_type);
        nearest(name, known.iter().map(String::as_str))
    })
}

fn ruling(answer: Answer) -> Ruling {
    let (verdict, proof, holes) = match answer {
        Answer::Yes(proof) => (Tri::Yes, proof, Vec::new()),
        Answer::No => (Tri::No, Proof::default(), Vec::new()),
        Answer::Unknown(holes) => (Tri::Unknown, Proof::default(), holes),
    };
    Ruling { verdict, proof, holes }
}
