-- Who there is: persons by kind, and the accounts that are theirs. Written by the owner role only.

CREATE SCHEMA kernel;

CREATE TABLE kernel.person (
    id   text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
    kind text NOT NULL CHECK (kind IN ('human', 'agent', 'service')),
    -- Lets other rows carry the kind of a person and be checked without a trigger.
    UNIQUE (id, kind)
);

CREATE TABLE kernel.account (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person  text NOT NULL REFERENCES kernel.person,
    issuer  text NOT NULL CHECK (issuer <> ''),
    subject text NOT NULL CHECK (subject <> ''),
    -- An account that was taken from its person decides nothing, and its past decisions stay readable.
    ended_at timestamptz,
    -- One identity belongs to one person: two people behind one account could approve each other.
    UNIQUE (issuer, subject),
    UNIQUE (id, person)
);
