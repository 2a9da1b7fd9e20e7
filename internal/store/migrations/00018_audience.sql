-- +goose Up
-- What the teams of a product's audience may do with it. In the order in which they were written down.
CREATE TABLE product_team (
    product TEXT NOT NULL REFERENCES product (id),
    team TEXT NOT NULL,
    position BIGINT NOT NULL,
    register BOOLEAN NOT NULL,
    documentation BOOLEAN NOT NULL,
    PRIMARY KEY (product, team)
);
CREATE INDEX product_team_team ON product_team (team, product);

-- Until now a team that was named might do everything.
INSERT INTO product_team (product, team, position, register, documentation)
SELECT p.id, t.id, ROW_NUMBER() OVER (PARTITION BY p.id ORDER BY t.id) - 1, TRUE, TRUE
FROM product p JOIN team t ON p.teams LIKE '%' || t.id || '%';
ALTER TABLE product DROP COLUMN teams;
