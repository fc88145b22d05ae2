-- Who there is: persons by kind, and the accounts that are theirs. Written by the owner role only.

CREATE SCHEMA kernel;

CREATE TABLE kernel.person (
    id   text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    kind text NOT NULL CHECK (kind IN ('human', 'agent', 'service')),
    -- Lets other rows carry the kind of a person and be checked without a trigger.
    UNIQUE (id, kind)
);

CREATE TABLE kernel.account (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person  text NOT NULL REFERENCES kernel.person,
    issuer  text NOT NULL CHECK (issuer <> ''),
    subject text NOT NULL CHECK (subject <> ''),
    -- One identity belongs to one person: two people behind one account could approve each other.
    UNIQUE (issuer, subject),
    UNIQUE (id, person)
);
