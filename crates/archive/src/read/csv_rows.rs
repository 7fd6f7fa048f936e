//! Rows of CSV files: descriptors, look-ups, catalogue views of SQL Server.

use cmlint_model::rows::*;
use cmlint_model::{Dataset, Insert, Snapshot};
use cmlint_source::{Problem, Spanned, Str};
use cmlint_text::csv::{self, Column, Record, Table};
use cmlint_winsec::{Sid, sddl};

use super::Reader;

pub(super) fn read(reader: &mut Reader<'_, '_>) {
    match reader.job.dataset {
        Dataset::Acl => acl(reader),
        Dataset::Lookup => lookups(reader),
        Dataset::SqlServerPrincipal => {
            rows(reader, &["principal_id", "name", "type_desc"], |c| principal(c).map(SqlServerPrincipal))
        }
        Dataset::SqlDatabasePrincipal => {
            rows(reader, &["principal_id", "name", "type_desc"], |c| principal(c).map(SqlDatabasePrincipal))
        }
        Dataset::SqlServerRoleMember => rows(reader, MEMBER, |c| member(c).map(SqlServerRoleMember)),
        Dataset::SqlDatabaseRoleMember => rows(reader, MEMBER, |c| member(c).map(SqlDatabaseRoleMember)),
        Dataset::SqlServerPermission => rows(reader, PERMISSION, |c| permission(c).map(SqlServerPermission)),
        Dataset::SqlDatabasePermission => {
            rows(reader, PERMISSION, |c| permission(c).map(SqlDatabasePermission))
        }
        Dataset::SqlDatabase => rows(reader, &["name"], database),
        Dataset::SqlServerProperty => rows(reader, &["name", "value"], |c| {
            Some(SqlServerProperty { name: c.text("name")?, value: c.text("value")? })
        }),
        _ => {}
    }
}

const MEMBER: &[&str] = &["role_principal_id", "role_name", "member_principal_id", "member_name"];
const PERMISSION: &[&str] = &["grantee_principal_id", "permission_name", "state_desc", "class_desc"];

/// One record with access by column name; what is wrong with it is collected.
struct Cells<'c, 'a> {
    table: &'c Table<'a>,
    record: Record<'c, 'a>,
    problems: &'c mut Vec<Problem>,
}

impl<'a> Cells<'_, 'a> {
    /// A field that is not empty; SQL's `NULL` counts as empty.
    fn optional(&self, name: &str) -> Option<Spanned<Str<'a>>> {
        let column: Column = self.table.column(name)?;
        let field = self.record.field(column)?;
        (!field.value.trim().is_empty() && &*field.value != "NULL").then_some(field)
    }

    /// A field that must be there.
    fn text(&mut self, name: &str) -> Option<Spanned<Str<'a>>> {
        let found = self.optional(name);
        if found.is_none() {
            self.problems
                .push(Problem::lost(self.record.span(), format!("expected a value in column {name}")));
        }
        found
    }

    fn number(&mut self, name: &str) -> Option<i64> {
        let text = self.text(name)?;
        let number = text.value.trim().parse().ok();
        if number.is_none() {
            self.problems.push(Problem::lost(text.span, format!("expected a whole number in column {name}")));
        }
        number
    }

    fn sid(&mut self, name: &str) -> Option<Spanned<Sid>> {
        let text = self.optional(name)?;
        // SQL logins have a 16-byte identifier of their own, which is no SID.
        let sid = Sid::from_sql_hex(&text.value).or_else(|| text.value.trim().parse().ok())?;
        Some(Spanned::new(sid, text.span))
    }

    fn truth(&self, name: &str) -> Option<bool> {
        match self.optional(name)?.value.trim().to_ascii_lowercase().as_str() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        }
    }
}

fn rows<'a, T: Send + 'a>(
    reader: &mut Reader<'a, '_>,
    columns: &[&str],
    mut row: impl FnMut(&mut Cells<'_, 'a>) -> Option<T>,
) where
    Snapshot<'a>: Insert<T>,
{
    let (table, mut problems) = csv::parse(reader.source);
    let mut rows = Vec::new();
    if has_columns(&table, columns, &mut problems, reader) {
        for record in table.records() {
            let mut cells = Cells { table: &table, record, problems: &mut problems };
            if let Some(row) = row(&mut cells) {
                rows.push(Spanned::new(row, record.span()));
            }
        }
    }
    reader.problems(problems);
    reader.put(rows, table.len());
}

fn has_columns(
    table: &Table<'_>,
    columns: &[&str],
    problems: &mut Vec<Problem>,
    reader: &Reader<'_, '_>,
) -> bool {
    let missing: Vec<&str> = columns.iter().copied().filter(|c| table.column(c).is_none()).collect();
    if missing.is_empty() {
        return true;
    }
    let place = table.header().first().map_or(reader.source.id().span(0, 0), |h| h.span);
    let text = format!("expected the columns {}", missing.join(", "));
    problems.push(
        Problem::lost(place, text).help(format!("collect it with: {}", reader.job.dataset.info().command)),
    );
    false
}

fn acl(reader: &mut Reader<'_, '_>) {
    // A descriptor that is no SDDL is reported here, where its file is read, and is a hole in the view.
    rows(reader, &["kind", "path", "sddl"], |cells| {
        let kind = cells.text("kind")?;
        let path = cells.text("path")?;
        let state = match cells.optional("state").map(|s| s.value.trim().to_ascii_lowercase()).as_deref() {
            None | Some("ok") => AclState::Ok,
            Some("absent") => AclState::Absent,
            Some("denied") => AclState::Denied,
            Some(_) => {
                let at = cells.optional("state").map_or(cells.record.span(), |s| s.span);
                cells.problems.push(Problem::lost(at, "expected ok, absent or denied in column state"));
                AclState::Denied
            }
        };
        let sddl = cells.optional("sddl");
        match &sddl {
            Some(text) => {
                let at = Acl::inner(text);
                if let Err(problem) = sddl::parse_at(&text.value, at) {
                    cells.problems.push(problem);
                }
            }
            None if state == AclState::Ok => {
                cells
                    .problems
                    .push(Problem::lost(cells.record.span(), "expected a descriptor in column sddl"));
            }
            None => {}
        }
        Some(AclEntry { kind, path, state, sddl })
    });
}

use cmlint_model::views::Acls as Acl;

fn lookups(reader: &mut Reader<'_, '_>) {
    rows(reader, &["asked", "answer"], |cells| {
        let asked = cells.text("asked")?;
        let answer = cells.text("answer")?;
        let answer = match answer.value.trim().to_ascii_lowercase().as_str() {
            "found" => LookupAnswer::Found,
            "not-found" => LookupAnswer::NotFound,
            "error" => LookupAnswer::Error,
            "not-asked" => LookupAnswer::NotAsked,
            _ => {
                cells
                    .problems
                    .push(Problem::lost(answer.span, "expected found, not-found, error or not-asked"));
                return None;
            }
        };
        Some(Lookup { asked, answer, span: cells.record.span() })
    });
}

fn principal<'a>(cells: &mut Cells<'_, 'a>) -> Option<SqlPrincipal<'a>> {
    Some(SqlPrincipal {
        id: cells.number("principal_id")?,
        name: cells.text("name")?,
        kind: cells.text("type_desc")?,
        sid: cells.sid("sid"),
        disabled: cells.truth("is_disabled"),
    })
}

fn member<'a>(cells: &mut Cells<'_, 'a>) -> Option<SqlRoleMember<'a>> {
    Some(SqlRoleMember {
        role: cells.number("role_principal_id")?,
        role_name: cells.text("role_name")?,
        member: cells.number("member_principal_id")?,
        member_name: cells.text("member_name")?,
        span: cells.record.span(),
    })
}

fn permission<'a>(cells: &mut Cells<'_, 'a>) -> Option<SqlPermission<'a>> {
    Some(SqlPermission {
        grantee: cells.number("grantee_principal_id")?,
        permission: cells.text("permission_name")?,
        state: cells.text("state_desc")?,
        class: cells.text("class_desc")?,
        securable: cells.optional("securable"),
        span: cells.record.span(),
    })
}

fn database<'a>(cells: &mut Cells<'_, 'a>) -> Option<SqlDatabase<'a>> {
    Some(SqlDatabase {
        name: cells.text("name")?,
        owner: cells.sid("owner_sid"),
        owner_name: cells.optional("owner_name"),
        trustworthy: cells.truth("is_trustworthy_on"),
        contained: cells.truth("containment"),
    })
}
