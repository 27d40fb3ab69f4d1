"""Local stand-ins of Jira and GitHub that speak real HTTP on loopback.

State: `jira_state`, `github_state`; served by `jira.jira_app`, `github.github_app` through `serve.serving`.
What fills it: `company` invents a seeded company, `dumps` and `github_dumps` read real records.
`faults` breaks answers on purpose and keeps the list of requests.

Connectors cannot tell a stand-in from the real thing: nothing here knows them, and they know nothing of this.
"""
