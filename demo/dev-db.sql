-- The demo company's database for development. `holdshort up --demo` runs this once, in a new
-- database, with {login} as the account of the desk's connected app: it owns nothing.
-- Roles belong to the whole server, so their names say which database they are for.

CREATE ROLE "dev-db-reading";
CREATE ROLE "dev-db-writing";
CREATE ROLE "dev-db-support";
CREATE ROLE "dev-db-archive";
-- Looks harmless: who joins Support is in Archive, and so owns a table.
GRANT "dev-db-archive" TO "dev-db-support";

-- People who work with it. A name before the @ is a person's id in company.yaml.
CREATE ROLE "erik@dev-db" LOGIN;
CREATE ROLE "aylin@dev-db" LOGIN;
CREATE ROLE "jonas@dev-db" LOGIN;
GRANT "dev-db-writing" TO "jonas@dev-db";

CREATE TABLE public.features (
    name text PRIMARY KEY,
    stage text NOT NULL CHECK (stage IN ('off', 'testing', 'on')),
    note text
);
INSERT INTO public.features VALUES
    ('new-checkout', 'testing', 'since March'),
    ('dark-mode', 'on', NULL),
    ('csv-export', 'off', 'waits for legal');

CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    customer text NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'paid', 'cancelled')),
    amount numeric(10, 2) NOT NULL
);
INSERT INTO public.orders VALUES
    (1001, 'Northwind', 'open', 120.00),
    (1002, 'Contoso', 'open', 89.50),
    (1003, 'Northwind', 'paid', 310.00),
    (1004, 'Fabrikam', 'open', 42.00);

CREATE TABLE public.archive (id integer PRIMARY KEY, line text NOT NULL);
GRANT "dev-db-archive" TO CURRENT_USER;
GRANT CREATE ON SCHEMA public TO "dev-db-archive";
ALTER TABLE public.archive OWNER TO "dev-db-archive";
REVOKE CREATE ON SCHEMA public FROM "dev-db-archive";

GRANT SELECT ON public.features, public.orders TO "dev-db-reading";
GRANT SELECT, INSERT, UPDATE ON public.features, public.orders TO "dev-db-writing";

CREATE SCHEMA holdshort;
CREATE TABLE holdshort.applied (
    action text PRIMARY KEY,
    key text NOT NULL,
    "table" text NOT NULL,
    columns jsonb NOT NULL,
    rows jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT USAGE ON SCHEMA holdshort TO {login};
GRANT SELECT, INSERT ON holdshort.applied TO {login};
GRANT SELECT, UPDATE ON public.features TO {login};
GRANT SELECT, UPDATE (status) ON public.orders TO {login};
GRANT "dev-db-reading", "dev-db-writing", "dev-db-support" TO {login} WITH ADMIN OPTION;
