-- What `facts.sql` leaves out of pull requests: drafts, further reviews, comments, files, and the history of repositories.

INSERT INTO changes BY NAME
SELECT ref AS item_ref, 'd' || number AS id, 0::BIGINT AS index, created_us + days(0.1) AS at_us, author, 'draft' AS field,
    NULL::VARCHAR AS field_id, 'true' AS from_id, 'true' AS from_text, 'false' AS to_id, 'false' AS to_text
FROM pull_requests WHERE number % 3 = 0 AND created_us + days(0.1) < coalesce(merged_us, getvariable('as_of_us'));

INSERT INTO reviews BY NAME
SELECT ref AS item_ref, 's' || number AS id, 'github:account:dev' || pick(number, 40, getvariable('people')) AS author,
    'changes_requested' AS state, created_us + (merged_us - created_us) // 2 AS submitted_us, true AS has_body, 2::BIGINT AS comments
FROM pull_requests WHERE merged_us IS NOT NULL;

INSERT INTO commits BY NAME
SELECT ref AS item_ref, md5('f' || number) AS sha, author, at_us AS authored_us, at_us AS committed_us, title AS message
FROM (SELECT *, created_us + (merged_us - created_us) * 3 // 4 AS at_us FROM pull_requests WHERE merged_us IS NOT NULL);

CREATE OR REPLACE TABLE comments AS
SELECT ref AS item_ref, 'c' || number AS id, 'github:account:dev' || pick(number, 41, getvariable('people')) AS author,
    created_us + days(0.2) AS created_us, created_us + days(0.2) AS updated_us
FROM pull_requests WHERE number % 2 = 0 AND come(created_us + days(0.2)) IS NOT NULL;

CREATE OR REPLACE TABLE changed_files AS
SELECT ref AS item_ref, ['src/main.py', 'poetry.lock'][1 + part] AS id, 'modified' AS kind,
    additions // 2 AS additions, deletions // 2 AS deletions
FROM pull_requests, range(2) AS parts(part);

CREATE OR REPLACE TABLE repository_commits AS
SELECT 'github:commit:' || number AS ref, 'github' AS source, repository, merge_sha AS sha,
    CASE WHEN before IS NULL THEN []::VARCHAR[] ELSE [before] END AS parents, author, created_us AS authored_us, merged_us AS committed_us, title AS message
FROM (
    SELECT *, lag(merge_sha) OVER (PARTITION BY repository ORDER BY merged_us, number) AS before
    FROM pull_requests WHERE merged_us IS NOT NULL
);
