-- A table of no framework, with the formats of many: what a business has after a few acquisitions. mixed.source.yaml describes it.
CREATE TABLE members (
  id uuid PRIMARY KEY,
  login_email text NOT NULL,
  secret text,
  email_confirmed_at timestamptz,
  status text NOT NULL,
  locked_until timestamptz,
  given_name text,
  family_name text,
  joined_at timestamptz NOT NULL,
  last_seen_at timestamptz,
  deleted_at timestamptz
);
CREATE INDEX ON members (login_email);

INSERT INTO members ("id", "login_email", "secret", "email_confirmed_at", "status", "locked_until", "given_name", "family_name", "joined_at", "last_seen_at", "deleted_at") VALUES
  ('00000000-0000-4000-8000-000000000001', 'ada@example.com', '$2y$04$NpEyK51lVU4wwE2Ge9aMZuX/tBIBMHIX9hDpANsdPNWimh7vYCE2S', '2020-01-01 12:00:00+00', 'active', NULL, 'Ada', 'Lovelace', '2010-03-01 12:00:00+00', '2024-02-01 12:00:00+00', NULL),
  ('00000000-0000-4000-8000-000000000002', 'bob@example.com', '$argon2id$v=19$m=65536,t=4,p=1$QU5pUzFoUVJ6OE1YVVJaVQ$x4Z16oGX8ldfRv0yC+1klm4DY2wv0LnHx52FipXAYT8', '2020-01-01 12:00:00+00', 'active', NULL, 'Bob', 'Baker', '2011-03-01 12:00:00+00', '2024-03-01 12:00:00+00', NULL),
  ('00000000-0000-4000-8000-000000000003', 'carol@example.com', '$scrypt$ln=14,r=8,p=1$y5mT0pqzlnLO+R+jNOYcYw$1QAGIxBrMKuO4EVIgdoR24QXvzkhDQfZeaLGeHFx2pQ', NULL, 'active', NULL, 'Carol', 'Clark', '2012-03-01 12:00:00+00', '2024-04-01 12:00:00+00', NULL),
  ('00000000-0000-4000-8000-000000000004', 'dave@example.com', '$6$OMvzySLKsf/19RJi$0O4Aset83RhnIWPQFW9Fh3Yyrld68TlG8S.k30kdFzR1ADH86aGBXiEXIAIPS0BM6E5omD/WmCC8RKCJl9Qhq0', '2020-01-01 12:00:00+00', 'banned', NULL, 'Dave', 'Dunn', '2013-03-01 12:00:00+00', '2024-05-01 12:00:00+00', NULL),
  ('00000000-0000-4000-8000-000000000005', 'dora@example.com', '{SSHA}leqHxlFRVHpjlDceUsaJ8yeZb5HEGAOg', '2020-01-01 12:00:00+00', 'active', NULL, 'Dora', 'Day', '2014-03-01 12:00:00+00', '2024-06-01 12:00:00+00', '2024-01-01 00:00:00+00'),
  ('00000000-0000-4000-8000-000000000006', 'leo@example.com', '$y$j9T$ihXSCGrEJrzKypG6HhyBp.$M27yODcDPAZTYrwoS7Nyt4Ui4fLOVM5CJS3q2uU93i9', '2020-01-01 12:00:00+00', 'active', '2999-01-01 00:00:00+00', 'Leo', 'Lund', '2015-03-01 12:00:00+00', '2024-01-01 12:00:00+00', NULL),
  ('00000000-0000-4000-8000-000000000007', 'Erin.Evans@Example.com', 'scrypt:1024:8:1$1v9j3CmvUmxZUxxp$db6197e41b2ae2348bb5ba7219818d63b88b3164cc710fc56802a3536763455d961fd38b3f5a6a4e976481c00e7398d774fa5a676b0a23f7ecc1c2ae1245a3f4', '2020-01-01 12:00:00+00', 'active', NULL, 'Erin', 'Evans', '2016-03-01 12:00:00+00', '2024-02-01 12:00:00+00', NULL),
  ('00000000-0000-4000-8000-000000000008', 'gunnar@example.com', 'AQAAAAAAAAPoAAAAEM4K/wEA0zhiBkw5GQOWZzPlkszkHnNuD5ay6+5Yd3bcdIQqY6ESzU6buLAhL7QMkg==', '2020-01-01 12:00:00+00', 'active', NULL, 'Gunnar', 'Groß', '2017-03-01 12:00:00+00', '2024-03-01 12:00:00+00', NULL),
  ('00000000-0000-4000-8000-000000000009', 'ivan@example.com', '$S$6saltsaltXs/pk1js4pZVDYVira0AXNDmJHe873zEVMkLzCKPqgi', '2020-01-01 12:00:00+00', 'active', NULL, 'Иван', 'Иванов', '2018-03-01 12:00:00+00', '2024-04-01 12:00:00+00', NULL),
  ('00000000-0000-4000-8000-000000000010', 'frank@example.com', '9cc2ae8a1ba7a93da39b46fc1019c481', '2020-01-01 12:00:00+00', 'active', NULL, 'Frank', 'Fox', '2019-03-01 12:00:00+00', '2024-05-01 12:00:00+00', NULL),
  ('00000000-0000-4000-8000-000000000011', 'judy@example.com', '$5$rounds=1234$saltstring$/oexQkSeyY82AYxtXksXqr8OfJP1C/Fb8vTmUMlM.L6', '2020-01-01 12:00:00+00', 'active', NULL, 'Judy', 'Jones', '2020-03-01 12:00:00+00', '2024-06-01 12:00:00+00', NULL),
  ('00000000-0000-4000-8000-000000000012', 'Twin@example.com', '$1$jerVcTm1$uCbryfJFO35NbXgbTDBV50', '2020-01-01 12:00:00+00', 'active', NULL, 'Tara', 'Twin', '2021-03-01 12:00:00+00', '2024-01-01 12:00:00+00', NULL),
  ('00000000-0000-4000-8000-000000000013', 'twin@example.com', '$H$6BTSxKOnADGAV.RzSyBQc/KyEMCMfe.', '2020-01-01 12:00:00+00', 'active', NULL, 'Tom', 'Twin', '2022-03-01 12:00:00+00', '2024-02-01 12:00:00+00', NULL),
  ('00000000-0000-4000-8000-000000000014', 'oauth@example.com', NULL, '2020-01-01 12:00:00+00', 'active', NULL, 'Olga', 'Olsen', '2023-03-01 12:00:00+00', '2024-03-01 12:00:00+00', NULL);
