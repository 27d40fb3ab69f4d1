-- An organisation's facts, made up: the tables of a snapshot, all from the number of work items and a seed.
-- Every fiftieth item is an epic, every eighth a sub-task; one pull request and at most eleven changes belong to each.
-- An item is created, begun, shown for review and done; what would come after `as_of_us` has not happened.

CREATE MACRO draw(number, salt) AS (hash(number * 1000 + salt + getvariable('seed')) % 1000003) / 1000003.0;
CREATE MACRO pick(number, salt, many) AS (hash(number * 1000 + salt + getvariable('seed')) % many)::BIGINT;
CREATE MACRO days(many) AS (many * 86400000000)::BIGINT;
CREATE MACRO come(us) AS CASE WHEN us <= getvariable('as_of_us') THEN us END;

CREATE TEMP TABLE lives AS
WITH items AS (
    SELECT range AS number, range % 50 = 0 AS is_epic, range % 8 = 3 AS is_part, range - range % 50 AS epic,
        pick(range // 50, 1, getvariable('projects')) AS place,
        getvariable('as_of_us') - days(1.0 * getvariable('days') * (getvariable('items') - range) / getvariable('items')) AS created_us
    FROM range(getvariable('items'))
), begun AS (
    SELECT *, CASE WHEN draw(number, 2) < 0.9 THEN created_us + days(0.1 - 12 * ln(1.000001 - draw(number, 3))) END AS started_us
    FROM items
), shown AS (
    SELECT *, started_us + days(0.05 - 3 * ln(1.000001 - draw(number, 4))) AS reviewed_us FROM begun
)
SELECT *, reviewed_us + days(0.02 - 1.5 * ln(1.000001 - draw(number, 5))) AS finished_us,
    'jira:issue:' || (10000 + number) AS ref, 'PRJ' || place || '-' || (number + 1) AS key
FROM shown;

CREATE TABLE work_items AS
SELECT
    ref, 'jira' AS source, key, 'https://jira.example/browse/' || key AS url, 'PRJ' || place AS project,
    NULL::VARCHAR AS repository,
    CASE WHEN is_epic THEN 'Epic' WHEN is_part THEN 'Sub-task' ELSE ['Story', 'Task', 'Bug'][1 + pick(number, 6, 3)] END AS type,
    CASE WHEN is_epic THEN 1 WHEN is_part THEN -1 ELSE 0 END::BIGINT AS level,
    ['Speed up', 'Simplify', 'Rework', 'Measure', 'Test'][1 + pick(number, 7, 5)] || ' '
        || ['the basket', 'the checkout', 'search', 'the start screen', 'backups'][1 + pick(number, 8, 5)] AS title,
    repeat('What it is about, and how one would know that it is done. ', 4) AS body,
    CASE WHEN come(finished_us) IS NOT NULL THEN '4' WHEN come(reviewed_us) IS NOT NULL THEN '3'
        WHEN come(started_us) IS NOT NULL THEN '2' ELSE '1' END AS status_id,
    ['To Do', 'In Progress', 'In Review', 'Done'][status_id::INTEGER] AS status,
    ['todo', 'active', 'active', 'done'][status_id::INTEGER] AS status_category,
    coalesce(come(finished_us), come(started_us), created_us) AS status_changed_us,
    CASE WHEN status_id = '4' THEN CASE WHEN draw(number, 9) < 0.06 THEN 'Won''t Do' ELSE 'Done' END END AS resolution,
    ['High', 'Medium', 'Low'][1 + pick(number, 10, 3)] AS priority,
    CASE WHEN draw(number, 11) < 0.3 THEN ['label-' || pick(number, 12, 40)] ELSE []::VARCHAR[] END AS labels,
    CASE WHEN draw(number, 13) < 0.6 THEN ['part-' || pick(number, 14, 5)] ELSE []::VARCHAR[] END AS components,
    CASE WHEN draw(number, 15) < 0.3 THEN ['Release ' || pick(number, 16, 12)] ELSE []::VARCHAR[] END AS fix_versions,
    NULL::VARCHAR AS milestone,
    CASE WHEN is_epic THEN NULL WHEN is_part THEN 'jira:issue:' || (10001 + epic) ELSE 'jira:issue:' || (10000 + epic) END AS parent_ref,
    [(number // 500)::VARCHAR] AS sprints,
    [1.0, 2.0, 3.0, 5.0, 8.0][1 + pick(number, 17, 5)]::DOUBLE AS points,
    false AS flagged, NULL::VARCHAR AS team,
    CASE WHEN come(started_us) IS NOT NULL THEN ['jira:account:dev' || pick(number, 18, getvariable('people'))] ELSE []::VARCHAR[] END AS assignees,
    'jira:account:dev' || pick(number, 19, getvariable('people')) AS author,
    created_us,
    coalesce(come(finished_us), come(reviewed_us), come(started_us), created_us) AS updated_us,
    come(finished_us) AS resolved_us,
    NULL::VARCHAR AS due_on, '{}' AS fields, true AS has_history
FROM lives;

CREATE TABLE changes AS
WITH slots AS (
    SELECT number, ref, slot, created_us, started_us, reviewed_us, finished_us,
        CASE slot WHEN 3 THEN started_us WHEN 6 THEN reviewed_us WHEN 10 THEN finished_us
            ELSE created_us + (coalesce(finished_us, getvariable('as_of_us')) - created_us) * slot // 12 END AS at_us
    FROM lives, range(11) AS slots(slot)
)
SELECT
    ref AS item_ref, (1000000 + number * 11 + slot)::VARCHAR AS id, 0::BIGINT AS index, at_us,
    'jira:account:dev' || pick(number, 20, getvariable('people')) AS author,
    CASE slot WHEN 3 THEN 'status' WHEN 6 THEN 'status' WHEN 10 THEN 'status' ELSE
        ['assignees', 'priority', 'points', 'labels', 'sprints', 'fix_versions'][1 + pick(number * 11 + slot, 21, 6)] END AS field,
    CASE WHEN field = 'status' THEN 'status' END AS field_id,
    CASE slot WHEN 3 THEN '1' WHEN 6 THEN '2' WHEN 10 THEN '3' END AS from_id,
    CASE slot WHEN 3 THEN 'To Do' WHEN 6 THEN 'In Progress' WHEN 10 THEN 'In Review' ELSE 'before' END AS from_text,
    CASE slot WHEN 3 THEN '2' WHEN 6 THEN '3' WHEN 10 THEN '4' END AS to_id,
    CASE slot WHEN 3 THEN 'In Progress' WHEN 6 THEN 'In Review' WHEN 10 THEN 'Done' ELSE 'after' END AS to_text
FROM slots WHERE come(at_us) IS NOT NULL;

-- Of 100 pull requests 85 name their item in the title, 8 in the branch alone, and 7 not at all; 8 are closed unmerged.
CREATE TABLE pull_requests AS
WITH pulls AS (
    SELECT *, coalesce(started_us, created_us) + days(0.01) AS opened_us,
        come(coalesce(reviewed_us, created_us + days(2)) + days(0.02)) AS ended_us,
        CASE WHEN draw(number, 22) < 0.92 THEN ended_us END AS merged_us, draw(number, 23) AS naming, 'acme/shop-' || place AS home
    FROM lives
)
SELECT
    'github:pull_request:' || number AS ref, 'github' AS source, home || '#' || (number + 1) AS key,
    'https://github.example/' || home || '/pull/' || (number + 1) AS url, home AS repository, number + 1 AS number,
    CASE WHEN naming < 0.85 THEN key || ': Change ' ELSE 'Change ' END || number AS title,
    'What was changed, and why.' AS body,
    CASE WHEN merged_us IS NOT NULL THEN 'merged' WHEN ended_us IS NOT NULL THEN 'closed' ELSE 'open' END AS state, false AS draft,
    'github:account:dev' || pick(number, 24, getvariable('people')) AS author, 'main' AS base,
    CASE WHEN naming BETWEEN 0.85 AND 0.93 THEN lower(key) || '-change' ELSE 'change-' || number END AS head,
    CASE WHEN merged_us IS NOT NULL THEN md5(number::VARCHAR) END AS merge_sha,
    CASE WHEN merged_us IS NOT NULL THEN 'github:account:dev' || pick(number, 25, getvariable('people')) END AS merged_by,
    pick(number, 26, 300) AS additions, pick(number, 27, 100) AS deletions, 1 + pick(number, 28, 9) AS changed_files,
    []::VARCHAR[] AS labels, opened_us AS created_us, coalesce(ended_us, opened_us) AS updated_us,
    ended_us AS closed_us, merged_us
FROM pulls WHERE come(opened_us) IS NOT NULL;

CREATE TABLE reviews AS
SELECT ref AS item_ref, 'r' || number AS id, 'github:account:dev' || pick(number, 29, getvariable('people')) AS author,
    'approved' AS state, merged_us - 1000000 AS submitted_us, false AS has_body, 0::BIGINT AS comments
FROM pull_requests WHERE merged_us IS NOT NULL;

CREATE TABLE commits AS
SELECT ref AS item_ref, md5('c' || number) AS sha, author, created_us AS authored_us, created_us AS committed_us, title AS message
FROM pull_requests;

CREATE TABLE deployments AS
SELECT 'github:deployment:' || number AS ref, 'github' AS source, repository, 'production' AS environment,
    true AS production, merge_sha AS sha, 'main' AS git_ref, 'success' AS state, merged_us + 900000000 AS created_us,
    merged_us + 960000000 AS updated_us, merged_us + 960000000 AS succeeded_us
FROM pull_requests WHERE number % 20 = 0 AND come(merged_us + 960000000) IS NOT NULL;

CREATE TABLE stated_links AS
SELECT ref AS item_ref, 'l' || number AS id, 'blocks' AS kind, 'jira:issue:' || (9999 + number) AS to_ref, NULL::VARCHAR AS to_key
FROM lives WHERE number % 20 = 5;

CREATE TABLE sprints AS
SELECT 'jira:sprint:' || range AS ref, 'jira' AS source, range::VARCHAR AS id, 'Sprint ' || range AS name,
    'closed' AS state, '1' AS board, min(created_us) AS start_us, max(created_us) AS end_us,
    start_us AS activated_us, end_us AS completed_us
FROM range(1 + getvariable('items') // 500), lives WHERE number // 500 = range GROUP BY range;

CREATE TABLE projects AS
SELECT 'jira:project:' || range AS ref, 'jira' AS source, 'PRJ' || range AS key, 'Project ' || range AS name,
    'https://jira.example/browse/PRJ' || range AS url
FROM range(getvariable('projects'));

CREATE TABLE repositories AS
SELECT 'github:repository:' || range AS ref, 'github' AS source, 'acme/shop-' || range AS name,
    'https://github.example/acme/shop-' || range AS url, 'main' AS default_branch, false AS archived, true AS private
FROM range(getvariable('projects'));

CREATE TABLE accounts AS
SELECT source || ':account:dev' || range AS ref, source, 'dev-' || range AS name, 'person' AS kind
FROM range(getvariable('people')), (VALUES ('jira'), ('github')) AS sources(source);

CREATE TABLE statuses AS
SELECT 'jira:status:' || id AS ref, 'jira' AS source, id, name, category, NULL::VARCHAR AS project
FROM (VALUES ('1', 'To Do', 'todo'), ('2', 'In Progress', 'active'), ('3', 'In Review', 'active'), ('4', 'Done', 'done')) AS known(id, name, category);

CREATE TABLE fields (ref VARCHAR, source VARCHAR, id VARCHAR, name VARCHAR, type VARCHAR);

CREATE TABLE sources AS
SELECT name, name AS type, getvariable('as_of_us') AS complete_us, []::VARCHAR[] AS gaps
FROM (VALUES ('jira'), ('github')) AS known(name);
