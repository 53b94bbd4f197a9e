# Numbers in test/sql/item_profile.sql and item_pattern.sql that were computed
# with R (stats only):
#
#   Rscript test/data/item_statistics.R

options(digits = 15)

cat("rank correlations with ties\n")
x <- c(1, 2, 2, 4, 5, 5, 7)
y <- c(2, 1, 4, 3, 3, 6, 6)
cat(cor(x, y, method = "spearman"), cor(x, y, method = "kendall"), "\n")
x <- c(.91, .85, .85, .7, .62, .55, .55, .55, .3, .12)
y <- c(.88, .9, .8, .75, .5, .5, .61, .4, .4, .2)
cat(cor(x, y, method = "spearman"), cor(x, y, method = "kendall"), "\n")

# The conditional partial credit model as a log-linear one: the patterns'
# counts are Poisson with an effect of the total and one of each item's
# outcome. X is an item that was not attempted, an outcome with no points.
baseline <- function(d) {
	fit <- glm(n ~ factor(total) + A + B + C + D, family = poisson, data = d,
		control = glm.control(epsilon = 1e-12, maxit = 200))
	p <- fitted(fit) / ave(fitted(fit), d$total, FUN = sum)
	data.frame(total = sort(unique(d$total)), pair = tapply(p^2, d$total, sum),
		triple = tapply(p^3, d$total, sum))
}
d <- expand.grid(A = c("X", "0", "1"), B = c("0", "1"), C = c("0", "1", "2"), D = c("0", "1"),
	stringsAsFactors = FALSE)
points <- function(v) ifelse(v == "X", 0, suppressWarnings(as.integer(v)))
d$total <- points(d$A) + points(d$B) + points(d$C) + points(d$D)
d$n <- 1 + (seq_len(nrow(d)) * 37) %% 101
for (v in c("A", "B", "C", "D")) d[[v]] <- factor(d[[v]])
cat("chances of pairs and triples by total\n")
print(baseline(d), row.names = FALSE)
