-- Signs of work on the items of facts.sql: sixteen words, two entries of time and two more commits on each.
-- They lie between an item's beginning and its end, most of them of the one who has it, the rest of a neighbour.

CREATE TEMP TABLE acts AS
SELECT number, ref, slot, pick(number, 18, getvariable('people')) AS owner,
    (owner + CASE WHEN draw(number * 20 + slot, 31) < 0.8 THEN 0 ELSE 1 END) % getvariable('people') AS person,
    started_us + ((least(coalesce(finished_us, getvariable('as_of_us')), getvariable('as_of_us')) - started_us)
        * draw(number * 20 + slot, 32))::BIGINT AS at_us
FROM lives, range(20) AS slots(slot)
WHERE come(started_us) IS NOT NULL;

INSERT INTO comments BY NAME
SELECT ref AS item_ref, 'c' || slot AS id, 'jira:account:dev' || person AS author, at_us AS created_us, at_us AS updated_us
FROM acts WHERE slot < 16;

INSERT INTO worklogs BY NAME
SELECT 'jira:worklog:' || (number * 20 + slot) AS ref, 'jira' AS source, ref AS item_ref, 'jira:account:dev' || person AS author,
    at_us AS started_us, 1800 + 600 * pick(number * 20 + slot, 33, 12) AS spent_s, at_us AS created_us, at_us AS updated_us
FROM acts WHERE slot IN (16, 17);

INSERT INTO commits BY NAME
SELECT 'github:pull_request:' || number AS item_ref, md5(slot || 'c' || number) AS sha, 'github:account:dev' || person AS author,
    at_us AS authored_us, at_us AS committed_us, 'More of it' AS message, []::VARCHAR[] AS co_authors
FROM acts WHERE slot > 17;
