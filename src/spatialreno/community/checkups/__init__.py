"""From check-up to plan: what is lacking, what closes it by measure, what there is to build on."""
