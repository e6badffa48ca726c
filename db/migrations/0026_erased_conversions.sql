CREATE TABLE "erased_conversions" (
	"conversion_id" text NOT NULL,
	"day" date NOT NULL,
	"conversions" integer NOT NULL,
	"value" numeric(18, 4) NOT NULL,
	"currency" text NOT NULL,
	CONSTRAINT "erased_conversions_pkey" PRIMARY KEY("conversion_id","day","currency")
);
