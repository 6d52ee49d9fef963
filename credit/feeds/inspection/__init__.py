"""Results of sampling inspections (抽检) of food, farm produce and other goods."""
