-- The demo company's database in production: the same orders, and nobody to experiment with them.
-- As in `dev-db.sql`, {login} is the account of the desk's connected app.

CREATE ROLE "prod-db-1-reading";

CREATE ROLE "erik@prod-db-1" LOGIN;

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

GRANT SELECT ON public.orders TO "prod-db-1-reading";

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
GRANT SELECT, UPDATE (status) ON public.orders TO {login};
GRANT "prod-db-1-reading" TO {login} WITH ADMIN OPTION;
